import { stringify } from 'yaml';
import type { Trace } from '../../lib/otlp/trace/trace.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import type { Allowances } from '../../lib/sampling/limits.ts';
import type { Evaluation, Policy } from '../../lib/sampling/policy.ts';
import type { SamplingConfig } from '../../lib/sampling/sampling-config.ts';
import { NO_ALLOWANCES } from './no-allowances.ts';

/** The configuration in a YAML text, which must be without errors. */
export function configFrom(text: string): SamplingConfig {
  const result = parseSamplingConfig(text);
  if (!result.ok) throw new Error(result.issues.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return result.config;
}

/** A configuration with these policies, named p0, p1 … unless they have a name, and further options. */
export function configOf(policies: readonly object[], options: object = {}): SamplingConfig {
  return configFrom(stringify({ ...options, policies: policies.map((policy, i) => ({ name: `p${i}`, ...policy })) }));
}

/** A policy that may be asked without allowances. */
export interface TestPolicy extends Policy {
  evaluate(trace: Trace, allowances?: Allowances): Evaluation;
}

/** The only policy of a configuration that has just this one. */
export function policyOf(policy: object): TestPolicy {
  const [parsed] = configOf([policy]).policies;
  if (parsed === undefined) throw new Error('no policy');
  return { ...parsed, evaluate: (trace, allowances = NO_ALLOWANCES) => parsed.evaluate(trace, allowances) };
}

/** Errors and warnings of a configuration, as `path: message`. */
export function issuesOf(text: string): { errors: string[]; warnings: string[] } {
  const result = parseSamplingConfig(text);
  const asText = ({ path, message }: { path: string; message: string }) => `${path}: ${message}`;
  return { errors: result.ok ? [] : result.issues.map(asText), warnings: result.warnings.map(asText) };
}

/** Errors and warnings of a single policy called `p0`, as `path: message`, where the path begins behind `policies[0].`. */
export function issuesOfPolicy(policy: object): { errors: string[]; warnings: string[] } {
  const { errors, warnings } = issuesOf(stringify({ policies: [{ name: 'p0', ...policy }] }));
  const shorten = (text: string) => text.replace('policies[0].', '');
  return { errors: errors.map(shorten), warnings: warnings.map(shorten) };
}
