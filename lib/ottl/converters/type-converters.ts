import { Duration } from '../go/time.ts';
import { Id, isList, isMap, NativeInt, NativeList, Opaque, type OttlValue } from '../runtime/value.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Converters that test or change the type of a value. */
export const TYPE_CONVERTERS: readonly ConverterDefinition[] = [
  /** `Int("42") == 42`. Drops the fraction of a double; nil stays nil. */
  { name: 'Int', parameters: ['Target'], create: (args) => args.intLike('Target') },
  /** `Double("1.5") == 1.5` */
  { name: 'Double', parameters: ['Target'], create: (args) => args.doubleLike('Target') },
  /** `String(1.5) == "1.5"`. Bytes become hex, lists and maps JSON. */
  { name: 'String', parameters: ['Target'], create: (args) => args.textLike('Target') },
  /** `Bool("true")` */
  { name: 'Bool', parameters: ['Target'], create: (args) => args.boolLike('Target') },
  /** `IsString("a")` */
  test('IsString', (value) => typeof value === 'string'),
  /** `IsInt(1)` */
  test('IsInt', (value) => typeof value === 'bigint'),
  /** `IsDouble(1.0)` */
  test('IsDouble', (value) => typeof value === 'number'),
  /** `IsBool(false)` */
  test('IsBool', (value) => typeof value === 'boolean'),
  /** `IsMap({"a": 1})` */
  test('IsMap', isMap),
  /** `IsList([1])` */
  test('IsList', (value) => isList(value) || value instanceof NativeList || isOpaqueList(value)),
  /** `IsEmpty("") and not IsEmpty("a")` */
  test('IsEmpty', isEmpty),
  /** `Coalesce([nil, "a", "b"]) == "a"`. The first value that is not nil. */
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

/** A converter to a bool. */
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

/**
 * `IsEmpty`: nil, 0 and -0, false, and values without content. Lists of events and links are never empty, as in the
 * Collector.
 */
function isEmpty(value: OttlValue): boolean {
  if (value === null || value === '' || value === 0n || value === 0 || value === false) return true;
  if (value instanceof Duration) return value.nanos === 0n;
  if (value instanceof NativeInt) return value.value === 0n;
  if (isMap(value)) return value.size === 0;
  if (isList(value) || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof NativeList) return value.items.length === 0;
  return value instanceof Id && /^0+$/.test(value.hex);
}
