import type { PolicyDefinition } from '../policy.ts';
import { attributePolicy, INVERT_MATCH_OPTION, KEY_OPTION, readAttributeOptions } from './attribute-match.ts';

/**
 * `boolean_attribute`: keeps a trace with the attribute equal to `value`. A value that is not a boolean counts as
 * false.
 */
export const booleanAttribute = {
  type: 'boolean_attribute',
  isCombinator: false,
  options: [
    KEY_OPTION,
    { key: 'value', type: 'boolean', default: 'false', meaning: 'what the attribute must be' },
    INVERT_MATCH_OPTION,
  ],
  parse(options, context) {
    const attribute = readAttributeOptions(options, context);
    const wanted = options.boolean('value');
    if (!wanted && !options.hasFailed('value')) {
      options.warn('value', 'false also matches an attribute that is not a boolean');
    }
    const words = wanted ? 'true' : 'false, or not a boolean';
    return attributePolicy(context.name, 'boolean_attribute', attribute, (value) => (value === true) === wanted, words);
  },
} as const satisfies PolicyDefinition;
