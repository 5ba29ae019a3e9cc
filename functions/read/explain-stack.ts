import { ConfigReader } from '../../lib/aws/ssm/config-parameter.ts';
import type { ParameterReads } from '../../lib/aws/ssm/parameter-reads.ts';
import type { DeadLetterSearch } from '../../lib/pipeline/explain/explain-trace.ts';
import { explainPortsOf, type StackPorts } from '../shared/explain-ports.ts';
import { LiveConfig } from '../shared/live-config.ts';
import type { Log } from '../shared/logger.ts';
import type { PerTenant } from '../shared/per-tenant.ts';
import { createExplain, type Explain } from './explanation.ts';

export interface ExplainStackDeps extends Omit<StackPorts, 'tenant'> {
  readonly reads: ParameterReads;
  /** Name of the SSM parameter with the policies. */
  readonly policiesName: string;
  readonly log: Log;
}

/** To look through dead letters is to receive them, which hides them from others for a while: this function has no right to. */
const NOT_LOOKED_THROUGH: DeadLetterSearch = { find: async () => ({ letters: [], isWhole: false }) };

/**
 * Explains the traces of a deployed pipeline, by policies that are at most a minute old. The entry point loads this when it is first
 * asked, because it brings the policies and the languages of their conditions.
 */
export function explainStack({ reads, policiesName: name, log, ...ports }: ExplainStackDeps): PerTenant<Explain> {
  const { clock } = ports;
  const parameter = new ConfigReader({ reads, name, clock });
  const config = new LiveConfig({ parameter, clock, log }, { waitFromAgeMs: 60_000 });
  return createExplain(
    (tenant) => ({ ...explainPortsOf({ ...ports, tenant }), deadLetters: NOT_LOOKED_THROUGH }),
    config,
  );
}
