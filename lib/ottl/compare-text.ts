import { compareBytes } from './compare-bytes.ts';
import { encodeGoString } from './go/go-string.ts';

/** The order of the UTF-8 bytes of two texts, negative when `a` comes first. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA === unitB) continue;
    // Half of a character, or a byte that belongs to none.
    if (isLow(unitA) || isLow(unitB)) return compareBytes(encodeGoString(a), encodeGoString(b));
    return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

/** UTF-16 has surrogates (which stand for the highest characters) below the last characters of the basic plane. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc80 && unit <= 0xdcff;
}
