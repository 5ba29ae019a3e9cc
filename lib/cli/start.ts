import { once } from 'node:events';
import { createLogger } from '../../functions/shared/logger.ts';
import { readConfigFile } from '../local/config-file.ts';
import { startLocal } from '../local/start.ts';
import { type ExitCode, InterruptedError } from '../terminal/errors.ts';
import type { Terminal } from '../terminal/terminal.ts';

export interface StartInput {
  readonly port: number;
  readonly host: string;
  /** Folder of the span buffer, the queue and the kept traces. */
  readonly data: string;
  /** File with the tail_sampling policies. */
  readonly config: string;
  /** Keys of which requests must send one; with none, every request is accepted. */
  readonly ingestKey: readonly string[];
  readonly logRequests: boolean;
}

/** Runs the whole pipeline on this machine until it is interrupted. */
export async function runStart(input: StartInput, terminal: Terminal): Promise<ExitCode> {
  const { host, port, data: dataDir, ingestKey: keys } = input;
  const { config, warnings, notes } = readConfigFile(input.config);
  for (const warning of warnings) terminal.complain(`warning: ${warning}`);
  for (const note of notes) terminal.complain(`note: ${note}`);
  const log = createLogger({ verbose: input.logRequests });
  const tailgate = await startLocal({ host, port, dataDir, config, keys, log });
  const interruption = terminal.interruption();
  terminal.print(whoMaySend(keys.length));
  terminal.print(`ready ${tailgate.url}`);
  if (!interruption.aborted) await once(interruption, 'abort');
  const { reason } = interruption;
  log.info('stopping', { signal: reason instanceof InterruptedError ? reason.signal : String(reason) });
  await tailgate.stop();
  return 0;
}

/** Said at each start, so that nobody relies on a key that got lost: npm takes options for itself that stand before a `--`. */
function whoMaySend(keys: number): string {
  if (keys === 0) return 'takes spans from everybody who can connect; with --ingest-key KEY only with that key';
  return `takes spans only with ${keys === 1 ? 'the ingest key' : `one of ${keys} ingest keys`}`;
}
