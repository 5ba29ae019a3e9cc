import { OttlEvaluationError } from './ottl-evaluation-error.ts';
import { isList, isMap, NativeList, type OttlValue, typeName } from './runtime/value.ts';
import { shown } from './shown.ts';

/** What an index finds in an attribute; a missing key is undefined, an index out of bounds is an error. */
export function indexAttribute(value: OttlValue, key: OttlValue): OttlValue | undefined {
  if (isMap(value)) return value.get(toKey(key));
  if (isList(value)) return itemAt(value, key);
  throw new OttlEvaluationError(`${typeName(value)} cannot be indexed`);
}

/** What an index finds in the result of a converter, where a missing key is an error too. */
export function indexResult(value: OttlValue, key: OttlValue): OttlValue {
  if (isMap(value)) {
    const found = value.get(toKey(key));
    if (found !== undefined) return found;
    throw new OttlEvaluationError(`there is no key ${shown(toKey(key))}`);
  }
  if (isList(value)) return itemAt(value, key);
  if (value instanceof NativeList) return itemAt(value.items, key);
  throw new OttlEvaluationError(`${typeName(value)} cannot be indexed`);
}

export function toKey(key: OttlValue): string {
  if (typeof key === 'string') return key;
  throw new OttlEvaluationError(`a map is indexed with a string, got ${typeName(key)}`);
}

function itemAt(items: readonly OttlValue[], key: OttlValue): OttlValue {
  if (typeof key !== 'bigint') throw new OttlEvaluationError(`a list is indexed with an int, got ${typeName(key)}`);
  const item = key >= 0n ? items[Number(key)] : undefined;
  if (item === undefined) throw new OttlEvaluationError(`index ${key} is out of bounds`);
  return item;
}
