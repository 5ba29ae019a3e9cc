import { mapFor } from '../../otlp/content-table.ts';
import { OttlEvaluationError } from '../errors.ts';
import { utf8Length } from '../go/go-string.ts';
import { findText } from '../go/strings.ts';
import { compare, compareText } from '../runtime/compare.ts';
import { isList, isMap, NativeList, Opaque, type OttlMap, type OttlValue, typeName } from '../runtime/value.ts';
import { sizeOf } from '../runtime/work.ts';
import { toList, toTextLike } from './convert.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Comparing two texts takes about one step for this many characters. */
const CHARACTERS_AT_ONCE = 16;

/** Converters on lists and maps. */
export const LIST_CONVERTERS: readonly ConverterDefinition[] = [
  /** `Len("é") == 2`. Bytes of a string, items of a list or map. */
  {
    name: 'Len',
    parameters: ['Target'],
    create(args) {
      const target = args.any('Target');
      return (context) => BigInt(lengthOf(target(context)));
    },
  },
  /** `ContainsValue([1, 2], 2.0)`. Compares items as `==` does. */
  {
    name: 'ContainsValue',
    parameters: ['Target', 'Item'],
    create(args) {
      const target = args.list('Target');
      const item = args.any('Item');
      return (context) => {
        const list = target(context);
        const wanted = item(context);
        context.work.spend(comparisonSteps(list, wanted));
        return list.some((value) => compare(value, wanted, '=='));
      };
    },
  },
  /** `Index("checkout", "out") == 5`. The position in bytes, or in a list; -1 when the value is missing. */
  {
    name: 'Index',
    parameters: ['Target', 'Value'],
    create(args) {
      const target = args.any('Target');
      const value = args.any('Value');
      return (context) => {
        const list = target(context);
        const wanted = value(context);
        context.work.spend(comparisonSteps(list, wanted));
        return indexOf(list, wanted);
      };
    },
  },
  /** `Keys({"a": 1})[0] == "a"` */
  {
    name: 'Keys',
    parameters: ['Target'],
    create(args) {
      const target = args.map('Target');
      return (context) => [...target(context).keys()];
    },
  },
  /** `Values({"a": 1})[0] == 1` */
  {
    name: 'Values',
    parameters: ['Target'],
    create(args) {
      const target = args.map('Target');
      return (context) => [...target(context).values()];
    },
  },
  /** `Sort([3, 1, 2], "desc")[0] == 3` */
  {
    name: 'Sort',
    parameters: ['Target'],
    optional: ['Order'],
    create(args) {
      const target = args.any('Target');
      const order = args.literalText('Order') ?? 'asc';
      if (order !== 'asc' && order !== 'desc') args.fail('Order', `unknown order "${order}", allowed: asc, desc`);
      return (context) => sortValues(target(context), order === 'desc');
    },
  },
  /** `SliceToMap(ParseJSON("[{\"k\": \"a\", \"v\": 1}]"), ["k"], ["v"])["a"] == 1.0` */
  {
    name: 'SliceToMap',
    parameters: ['Target'],
    optional: ['KeyPath', 'ValuePath'],
    create(args) {
      const target = args.list('Target');
      const keyPath = args.literalTexts('KeyPath');
      const valuePath = args.literalTexts('ValuePath');
      return (context) => sliceToMap(target(context), keyPath, valuePath);
    },
  },
];

/** Work of comparing each item: it may be as long as the wanted value, and differ only at the end. */
function comparisonSteps(list: OttlValue, wanted: OttlValue): number {
  return typeof list === 'string' ? 0 : Math.ceil((sizeOf(list) * sizeOf(wanted)) / CHARACTERS_AT_ONCE);
}

function lengthOf(value: OttlValue): number {
  if (typeof value === 'string') return utf8Length(value);
  if (isMap(value)) return value.size;
  if (isList(value) || value instanceof Uint8Array) return value.length;
  if (value instanceof NativeList) return value.items.length;
  if (value instanceof Opaque && value.length !== undefined) return value.length;
  throw new OttlEvaluationError(`Len: expected a string, list or map, got ${typeName(value)}`);
}

/** The position of a value in a list, or of a text in a text, counted in bytes; -1 when it is not there. */
function indexOf(target: OttlValue, value: OttlValue): bigint {
  if (typeof target !== 'string') return BigInt(toList(target).findIndex((item) => compare(item, value, '==')));
  if (typeof value !== 'string') throw new OttlEvaluationError(`Index: expected a string, got ${typeName(value)}`);
  const at = findText(target, value);
  return BigInt(at < 0 ? at : utf8Length(target.slice(0, at)));
}

/**
 * `Sort`: only ints as ints, ints and doubles as numbers, any other mix as text. A list that contains maps, lists or
 * bytes is returned unsorted, as in the Collector.
 */
function sortValues(target: OttlValue, descending: boolean): OttlValue {
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

/** NaN is the least number, as in Go's `cmp.Compare`. */
function compareNumbers(a: OttlValue, b: OttlValue): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : Number(a > b);
  const [left, right] = [Number(a), Number(b)];
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(right)) - Number(Number.isNaN(left));
  return left < right ? -1 : Number(left > right);
}

function compareTexts(a: OttlValue, b: OttlValue): number {
  return compareText(toTextLike(a) ?? '', toTextLike(b) ?? '');
}

/**
 * `SliceToMap`: a map from a list. Key and value of an item are found under a path in it; without a path they are its
 * position and the item itself.
 */
function sliceToMap(
  list: readonly OttlValue[],
  keyPath: readonly string[] | undefined,
  valuePath: readonly string[] | undefined,
): OttlMap {
  let map = new Map<string, OttlValue>();
  for (const [i, item] of list.entries()) {
    const key = keyPath === undefined ? String(i) : valueAt(item, keyPath);
    if (typeof key !== 'string') throw new OttlEvaluationError(`SliceToMap: the key of item ${i} is not a string`);
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
