import { Duration, Id, isList, isMap, NativeInt, NativeList, Opaque, type OttlValue } from '../runtime/value.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Converters that tell or change the type of a value. */
export const TYPE_CONVERTERS: readonly ConverterDefinition[] = [
  { name: 'Int', parameters: ['Target'], create: (args) => args.intLike('Target') },
  { name: 'Double', parameters: ['Target'], create: (args) => args.doubleLike('Target') },
  { name: 'String', parameters: ['Target'], create: (args) => args.textLike('Target') },
  { name: 'Bool', parameters: ['Target'], create: (args) => args.boolLike('Target') },
  test('IsString', (value) => typeof value === 'string'),
  test('IsInt', (value) => typeof value === 'bigint'),
  test('IsDouble', (value) => typeof value === 'number'),
  test('IsBool', (value) => typeof value === 'boolean'),
  test('IsMap', isMap),
  test('IsList', (value) => isList(value) || value instanceof NativeList || isOpaqueList(value)),
  test('IsEmpty', isEmpty),
  {
    name: 'Coalesce',
    parameters: ['Values'],
    create(args) {
      const values = args.anyItems('Values');
      if (values.length === 0) args.fail('Values', 'needs at least one value');
      return (context) => {
        for (const get of values) {
          const value = get(context);
          if (value !== null) return value;
        }
        return null;
      };
    },
  },
];

function test(name: string, holds: (value: OttlValue) => boolean): ConverterDefinition {
  return {
    name,
    parameters: ['Target'],
    create(args) {
      const target = args.any('Target');
      return (context) => holds(target(context));
    },
  };
}

function isOpaqueList(value: OttlValue): boolean {
  return value instanceof Opaque && value.length !== undefined;
}

/** Nil and what is zero (-0 too), false, or without content; a list of events never is, whatever its length. */
function isEmpty(value: OttlValue): boolean {
  if (value === null || value === '' || value === 0n || value === 0 || value === false) return true;
  if (value instanceof Duration) return value.nanos === 0n;
  if (value instanceof NativeInt) return value.value === 0n;
  if (isMap(value)) return value.size === 0;
  if (isList(value) || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof NativeList) return value.items.length === 0;
  return value instanceof Id && /^0+$/.test(value.hex);
}
