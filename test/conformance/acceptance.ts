import type { ConfigBlock } from './case.ts';
import { changed, pathsIn } from './config-paths.ts';
import { explanationOf } from './intended-configurations.ts';
import type { Reference } from './reference.ts';
import { tailgateIssues } from './tailgate.ts';

/** Whether both sides take a configuration, and why not. */
export interface Acceptance {
  readonly outcome: 'accepted' | 'refused' | 'intended' | 'different';
  /** Empty when it is taken. */
  readonly collector: string;
  readonly tailgate: string;
  /** What explains an intended difference. */
  readonly names: readonly string[];
}

/** Compares on both sides whether the configuration is taken. No trace is decided. */
export async function compareAcceptance(reference: Reference, config: ConfigBlock): Promise<Acceptance> {
  const answer = await reference.run({ config, requests: [] });
  const collector = 'refused' in answer ? answer.refused : '';
  const { errors: issues, ignored } = tailgateIssues(config);
  const tailgate = issues.join('; ');
  if ((collector === '') === (tailgate === '')) {
    return { outcome: collector === '' ? 'accepted' : 'refused', collector, tailgate, names: [] };
  }
  const reasons = collector === '' ? issues : linesOf(collector);
  const names = reasons.map((reason) => explanationOf(reason, ignored));
  const known = names.filter((name) => name !== undefined);
  return { outcome: known.length === names.length ? 'intended' : 'different', collector, tailgate, names: known };
}

/** The smallest configuration, found by leaving out one thing after the other, on which the two sides still differ. */
export async function smallestConfig(reference: Reference, failing: ConfigBlock): Promise<ConfigBlock> {
  for (const path of pathsIn(failing)) {
    const smaller = changed(failing, path, () => undefined);
    if ((await compareAcceptance(reference, smaller)).outcome === 'different')
      return smallestConfig(reference, smaller);
  }
  return failing;
}

/** The Collector reports what it cannot decode in lines of their own, each with its path in quotes. */
function linesOf(error: string): readonly string[] {
  const lines = error.split('\n').filter((line) => line.startsWith("'"));
  return lines.length > 0 ? lines : [error];
}
