import { alwaysSample } from './policies/always-sample.ts';
import { and } from './policies/and.ts';
import { booleanAttribute } from './policies/boolean-attribute.ts';
import { composite } from './policies/composite.ts';
import { drop } from './policies/drop.ts';
import { dynamic } from './policies/dynamic.ts';
import { latency } from './policies/latency.ts';
import { not } from './policies/not.ts';
import { numericAttribute } from './policies/numeric-attribute.ts';
import { ottlCondition } from './policies/ottl-condition.ts';
import { probabilistic } from './policies/probabilistic.ts';
import { bytesLimiting, rateLimiting } from './policies/rate-limiting.ts';
import { spanCount } from './policies/span-count.ts';
import { statusCode } from './policies/status-code.ts';
import { stringAttribute } from './policies/string-attribute.ts';
import { traceFlags } from './policies/trace-flags.ts';
import { traceState } from './policies/trace-state.ts';
import type { PolicyDefinition } from './policy.ts';

/** Every policy type. To add one, extend this list. */
export const POLICY_DEFINITIONS = [
  alwaysSample,
  latency,
  numericAttribute,
  probabilistic,
  statusCode,
  stringAttribute,
  traceState,
  traceFlags,
  spanCount,
  booleanAttribute,
  ottlCondition,
  rateLimiting,
  bytesLimiting,
  dynamic,
  and,
  not,
  drop,
  composite,
] as const satisfies readonly PolicyDefinition[];

export type PolicyType = (typeof POLICY_DEFINITIONS)[number]['type'];
