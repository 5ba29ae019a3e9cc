import { compareText } from './compare.ts';
import { toList, toTextLike } from './convert.ts';
import { NativeList, type OttlValue } from './value.ts';

/**
 * Sorts a list as OTTL does: ints among themselves, ints and doubles as numbers, all else as text. A list with maps,
 * lists or bytes in it stays as it is.
 */
export function sortValues(target: OttlValue, descending: boolean): OttlValue {
  const list = toList(target);
  if (list.length === 0 || list.some(isUnsortable)) return list;
  const compareItems = list.every(isNumber) ? compareNumbers : compareTexts;
  const sorted = list.toSorted((a, b) => (descending ? compareItems(b, a) : compareItems(a, b)));
  return new NativeList(sorted, target instanceof NativeList ? target.element : 'any');
}

function isUnsortable(value: OttlValue): boolean {
  return typeof value === 'object' && value !== null;
}

function isNumber(value: OttlValue): boolean {
  return typeof value === 'bigint' || typeof value === 'number';
}

/** NaN comes first. */
function compareNumbers(a: OttlValue, b: OttlValue): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : Number(a > b);
  const [left, right] = [Number(a), Number(b)];
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(right)) - Number(Number.isNaN(left));
  return left < right ? -1 : Number(left > right);
}

function compareTexts(a: OttlValue, b: OttlValue): number {
  return compareText(toTextLike(a) ?? '', toTextLike(b) ?? '');
}
