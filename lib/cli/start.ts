import { once } from 'node:events';
import { createLogger } from '../../functions/shared/logger.ts';
import { readConfigFile } from '../local/config-file.ts';
import { isOpenToReaders, type ReadingOptions } from '../local/reading.ts';
import { startLocal } from '../local/start.ts';
import { type ExitCode, InterruptedError } from '../terminal/errors.ts';
import type { Terminal } from '../terminal/terminal.ts';

export interface StartInput {
  readonly port: number;
  /** For OTLP/gRPC, or none. @default one below `port`, as 4317 and 4318 */
  readonly grpcPort: number | 'off' | undefined;
  readonly host: string;
  /** Folder of the span buffer and the kept traces. */
  readonly data: string;
  /** File with the tail_sampling policies. */
  readonly config: string;
  /** Keys of which requests must send one; with none, every request is accepted. */
  readonly ingestKey: readonly string[];
  /** Keys of which requests for kept traces must carry one. */
  readonly readKey: readonly string[];
  /** Bytes that the span buffer may take of the disk. */
  readonly maxBuffer: number;
  readonly logRequests: boolean;
}

/** Runs the whole pipeline on this machine until it is interrupted. */
export async function runStart(input: StartInput, terminal: Terminal): Promise<ExitCode> {
  const { host, port, data: dataDir, ingestKey: keys, readKey: readKeys } = input;
  const { config, text, warnings, notes } = readConfigFile(input.config);
  for (const warning of warnings) terminal.complain(`warning: ${warning}`);
  for (const note of notes) terminal.complain(`note: ${note}`);
  terminal.outliveOutput();
  const log = createLogger({ verbose: input.logRequests });
  const grpcPort = input.grpcPort === 'off' ? undefined : (input.grpcPort ?? Math.max(0, port - 1));
  const options = {
    host,
    port,
    dataDir,
    config,
    configText: text,
    keys,
    readKeys,
    log,
    maxBufferBytes: input.maxBuffer,
  };
  const tailgate = await startLocal({ ...options, ...(grpcPort !== undefined && { grpcPort }) });
  const interruption = terminal.interruption();
  terminal.print(`ready ${tailgate.url}`);
  if (tailgate.grpcUrl !== undefined) terminal.print(`OTLP/gRPC on ${tailgate.grpcUrl}`);
  terminal.print(whoMaySend(keys.length));
  terminal.print(whoMayRead(options));
  if (!interruption.aborted) await once(interruption, 'abort');
  const { reason } = interruption;
  log.info('stopping', { signal: reason instanceof InterruptedError ? reason.signal : String(reason) });
  await tailgate.stop();
  return 0;
}

/**
 * Printed at each start, so that no one relies on a key that never arrived: npm keeps options to itself that precede the `--`.
 */
function whoMaySend(keys: number): string {
  if (keys === 0)
    return 'accepts spans from anyone who can connect; --ingest-key KEY accepts only those that carry the key';
  return `accepts spans only with ${keys === 1 ? 'the ingest key' : `one of ${keys} ingest keys`}`;
}

function whoMayRead(options: ReadingOptions): string {
  const { readKeys = [] } = options;
  if (readKeys.length > 0)
    return `shows kept traces only with ${readKeys.length === 1 ? 'the read key' : `one of ${readKeys.length} read keys`}`;
  if (isOpenToReaders(options))
    return 'open it in a browser to see kept traces; anyone who can connect may, with --read-key KEY only who has the key';
  return 'shows kept traces to nobody, because other machines can connect: --read-key KEY shows them to those who have the key';
}
