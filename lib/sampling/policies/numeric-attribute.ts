import type { AttributeValue } from '../../otlp/protobuf/attributes.ts';
import type { PolicyDefinition } from '../policy.ts';
import { attributePolicy, INVERT_MATCH_OPTION, KEY_OPTION, readAttributeOptions } from './attribute-match.ts';

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/**
 * `numeric_attribute`: keeps a trace with the attribute between `min_value` and `max_value`, both inclusive. A bound of
 * 0 means no bound. A value that is not an int (a double, a string of digits) counts as 0.
 */
export const numericAttribute = {
  type: 'numeric_attribute',
  isCombinator: false,
  options: [
    KEY_OPTION,
    { key: 'min_value', type: 'whole number', default: '0', meaning: 'the least value that matches; 0 means no bound' },
    {
      key: 'max_value',
      type: 'whole number',
      default: '0',
      meaning: 'the greatest value that matches; 0 means no bound',
    },
    INVERT_MATCH_OPTION,
  ],
  parse(options, context) {
    const attribute = readAttributeOptions(options, context);
    const minValue = options.int64('min_value');
    const maxValue = options.int64('max_value');
    const min = minValue === 0n ? MIN_INT64 : minValue;
    const max = maxValue === 0n ? MAX_INT64 : maxValue;

    if (minValue === 0n && maxValue === 0n && !options.failed) {
      options.error(undefined, 'expected min_value or max_value, or both, other than 0 (0 means no bound)');
    } else {
      for (const [key, value] of [
        ['min_value', minValue],
        ['max_value', maxValue],
      ] as const) {
        if (value === 0n && options.has(key) && !options.hasFailed(key))
          options.warn(key, '0 means no bound, as in the Collector');
      }
      if (min > max) options.warn('max_value', 'is below min_value: no value matches');
    }
    const matches = (value: AttributeValue) => {
      const int = typeof value === 'bigint' ? value : 0n;
      return int >= min && int <= max;
    };
    return attributePolicy(context.name, 'numeric_attribute', attribute, matches, boundsInWords(minValue, maxValue));
  },
} as const satisfies PolicyDefinition;

function boundsInWords(minValue: bigint, maxValue: bigint): string {
  if (maxValue === 0n) return `of at least ${minValue}`;
  return minValue === 0n ? `of at most ${maxValue}` : `from ${minValue} to ${maxValue}`;
}
