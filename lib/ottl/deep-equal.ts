import { compareBytes } from './compare-bytes.ts';
import { Duration, Id, NativeInt, NativeList, Opaque, type OttlMap, type OttlValue, Time } from './runtime/value.ts';

/** Whether two values within lists or maps are the same: 1 and 1.0 are not, and the order of a map's keys is nothing. */
export function deepEqual(a: OttlValue, b: OttlValue): boolean {
  if (a === b) return true;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (a instanceof Map) return b instanceof Map && mapsEqual(a, b);
  if (Array.isArray(a)) return Array.isArray(b) && listsEqual(a, b);
  if (a instanceof Opaque) return b instanceof Opaque && a.type === b.type;
  if (a instanceof Id) return b instanceof Id && a.hex === b.hex;
  if (a instanceof Time) return b instanceof Time && a.unixNanos === b.unixNanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof NativeInt) return b instanceof NativeInt && a.value === b.value;
  if (a instanceof NativeList)
    return b instanceof NativeList && a.element === b.element && listsEqual(a.items, b.items);
  return false;
}

function mapsEqual(a: OttlMap, b: OttlMap): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (other === undefined || !deepEqual(value, other)) return false;
  }
  return true;
}

function listsEqual(a: readonly OttlValue[], b: readonly OttlValue[]): boolean {
  return a.length === b.length && a.every((value, i) => deepEqual(value, b[i] ?? null));
}

/**
 * Whether a list of telemetry has the same items as a list literal. A map in a literal is never equal to one in
 * telemetry: the Collector compares two representations there.
 */
export function equalsLiteral(list: readonly OttlValue[], literal: readonly OttlValue[]): boolean {
  return list.length === literal.length && list.every((value, i) => itemEqualsLiteral(value, literal[i] ?? null));
}

function itemEqualsLiteral(value: OttlValue, literal: OttlValue): boolean {
  if (literal instanceof NativeList) {
    return literal.element === 'any' && Array.isArray(value) && equalsLiteral(value, literal.items);
  }
  return !(literal instanceof Map) && !Array.isArray(literal) && deepEqual(value, literal);
}
