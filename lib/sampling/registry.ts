import { alwaysSample } from './policies/always-sample.ts';
import { and } from './policies/and.ts';
import { booleanAttribute } from './policies/boolean-attribute.ts';
import { drop } from './policies/drop.ts';
import { latency } from './policies/latency.ts';
import { not } from './policies/not.ts';
import { numericAttribute } from './policies/numeric-attribute.ts';
import { probabilistic } from './policies/probabilistic.ts';
import { spanCount } from './policies/span-count.ts';
import { statusCode } from './policies/status-code.ts';
import { stringAttribute } from './policies/string-attribute.ts';
import type { PolicyDefinition } from './policy-definition.ts';

/** Every policy type there is. Extend here. */
export const POLICY_DEFINITIONS = [
  alwaysSample,
  latency,
  numericAttribute,
  probabilistic,
  statusCode,
  stringAttribute,
  spanCount,
  booleanAttribute,
  and,
  not,
  drop,
] as const satisfies readonly PolicyDefinition[];

export type PolicyType = (typeof POLICY_DEFINITIONS)[number]['type'];

/** Types that the Collector has and Tailgate does not, yet. */
export const UNSUPPORTED_POLICY_TYPES: readonly string[] = [
  'trace_state',
  'trace_flags',
  'rate_limiting',
  'bytes_limiting',
  'ottl_condition',
  'composite',
];
