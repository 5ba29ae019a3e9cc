import { mapFor } from '../otlp/long-key-map.ts';
import { OttlEvaluationError } from './ottl-evaluation-error.ts';
import { isMap, type OttlMap, type OttlValue } from './runtime/value.ts';

/** Makes a map of a list: keys and values are found in each item under a path, or are its position and itself. */
export function sliceToMap(
  list: readonly OttlValue[],
  keyPath: readonly string[] | undefined,
  valuePath: readonly string[] | undefined,
): OttlMap {
  let map = new Map<string, OttlValue>();
  for (const [i, item] of list.entries()) {
    const key = keyPath === undefined ? String(i) : valueAt(item, keyPath);
    if (typeof key !== 'string') throw new OttlEvaluationError(`SliceToMap: the key of item ${i} is no string`);
    map = mapFor(map, key);
    map.set(key, valuePath === undefined ? item : valueAt(item, valuePath));
  }
  return map;
}

function valueAt(item: OttlValue, path: readonly string[]): OttlValue {
  let value: OttlValue | undefined = item;
  for (const key of path) value = value !== undefined && isMap(value) ? value.get(key) : undefined;
  if (value === undefined || path.length === 0) {
    throw new OttlEvaluationError(`SliceToMap: there is nothing under ${JSON.stringify(path)}`);
  }
  return value;
}
