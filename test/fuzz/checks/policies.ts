import assert from 'node:assert/strict';
import type { Trace } from '../../../lib/otlp/trace/trace.ts';
import { parseSamplingConfig } from '../../../lib/sampling/config/parse-sampling-config.ts';
import { evaluatePolicies } from '../../../lib/sampling/evaluate-policies.ts';
import type { SamplingConfig } from '../../../lib/sampling/sampling-config.ts';

/** Evaluates the policies. A policy may fail, as OTTL conditions do, but not with an error of the program. */
export function checkPolicies(config: SamplingConfig, trace: Trace): void {
  const allowances = { take: () => true, shareOf: ({ goal }: { readonly goal: number }) => goal };
  const { errors, adjustedCount } = evaluatePolicies(config, trace, allowances);
  for (const { message } of errors) assert.doesNotMatch(message, /unexpected \w*Error|is not a function|undefined/);
  assert.ok(adjustedCount === null || adjustedCount > 0);
}

/** @throws {Error} when the configuration, which is part of the tests, is not valid */
export function configOf(yaml: string): SamplingConfig {
  const result = parseSamplingConfig(yaml);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result.config;
}
