import { once } from 'node:events';
import { createLogger } from '../../functions/shared/logger.ts';
import { readConfigFile } from '../local/config-file.ts';
import { startLocal } from '../local/start.ts';
import { type ExitCode, InterruptedError } from '../terminal/errors.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { TextLog } from './start/text-log.ts';
import { plainLines, welcomeLines } from './start/welcome.ts';

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
  /** Origins of pages that may send spans. */
  readonly corsOrigin: readonly string[];
  /** Bytes that the span buffer may take of the disk. */
  readonly maxBuffer: number;
  /** How long kept traces stay, in milliseconds; undefined: until somebody deletes them. */
  readonly retention: number | undefined;
  /** Whether everything in the data folder is deleted first. */
  readonly reset: boolean;
  /** @default text on a terminal, JSON elsewhere */
  readonly log: 'text' | 'json' | undefined;
  readonly logRequests: boolean;
}

/** Runs the whole pipeline on this machine until it is interrupted. */
export async function runStart(input: StartInput, terminal: Terminal): Promise<ExitCode> {
  const { host, port, data: dataDir, ingestKey: keys, readKey: readKeys, logRequests: verbose, reset } = input;
  const { config, text: configText, warnings, notes } = readConfigFile(input.config);
  for (const warning of warnings) terminal.complain(`warning: ${warning}`);
  for (const note of notes) terminal.complain(`note: ${note}`);
  terminal.outliveOutput();
  const isText = (input.log ?? (terminal.width === undefined ? 'json' : 'text')) === 'text';
  const text = new TextLog(terminal, { verbose, policies: config.policies.map(({ name }) => name) });
  const log = isText ? text : createLogger({ verbose });
  const grpcPort = input.grpcPort === 'off' ? undefined : (input.grpcPort ?? Math.max(0, port - 1));
  const { maxBuffer: maxBufferBytes, corsOrigin: corsOrigins, retention: retentionMs } = input;
  const options = { host, port, dataDir, config, configText, keys, readKeys, log, maxBufferBytes, corsOrigins, reset };
  const running = await startLocal({
    ...options,
    ...(grpcPort !== undefined && { grpcPort }),
    ...(retentionMs !== undefined && { retentionMs }),
  });
  const interruption = terminal.interruption();
  terminal.print(`ready ${running.url}`);
  const welcome = { ...options, running, configFile: input.config, retentionMs };
  for (const line of isText ? welcomeLines(welcome, terminal.width ?? 80) : plainLines(welcome)) terminal.print(line);
  if (!interruption.aborted) await once(interruption, 'abort');
  const { reason } = interruption;
  log.info('stopping', { signal: reason instanceof InterruptedError ? reason.signal : String(reason) });
  await running.stop();
  text.flush();
  return 0;
}
