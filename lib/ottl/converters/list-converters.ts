import { OttlEvaluationError } from '../errors.ts';
import { sliceToMap } from '../formats/key-values.ts';
import { findText, utf8Length } from '../go/strings.ts';
import { compare } from '../runtime/compare.ts';
import { toList } from '../runtime/convert.ts';
import { sortValues } from '../runtime/sort-values.ts';
import { isList, isMap, NativeList, Opaque, type OttlValue, typeName } from '../runtime/value.ts';
import { sizeOf } from '../runtime/work.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Texts are compared faster than one character after the other. */
const CHARACTERS_AT_ONCE = 16;

/** Converters on lists and maps. */
export const LIST_CONVERTERS: readonly ConverterDefinition[] = [
  {
    name: 'Len',
    parameters: ['Target'],
    create(args) {
      const target = args.any('Target');
      return (context) => BigInt(lengthOf(target(context)));
    },
  },
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
  {
    name: 'Keys',
    parameters: ['Target'],
    create(args) {
      const target = args.map('Target');
      return (context) => [...target(context).keys()];
    },
  },
  {
    name: 'Values',
    parameters: ['Target'],
    create(args) {
      const target = args.map('Target');
      return (context) => [...target(context).values()];
    },
  },
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

/** Each item may be as long as what it is compared with, and differ at its end. */
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

/** In a string counted in bytes. */
function indexOf(target: OttlValue, value: OttlValue): bigint {
  if (typeof target !== 'string') return BigInt(toList(target).findIndex((item) => compare(item, value, '==')));
  if (typeof value !== 'string') throw new OttlEvaluationError(`Index: expected a string, got ${typeName(value)}`);
  const at = findText(target, value);
  return BigInt(at < 0 ? at : utf8Length(target.slice(0, at)));
}
