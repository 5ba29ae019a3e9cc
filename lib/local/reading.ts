import type { HttpHead, HttpResponse } from '../../functions/ingest/http.ts';
import { type Authorize, authorizeAll, authorizeKeys } from '../../functions/ingest/keys.ts';
import type { PipelineCounts } from '../../functions/read/answers.ts';
import { createExplain } from '../../functions/read/explanation.ts';
import { createReadHttp, type ReadHttp } from '../../functions/read/handler.ts';
import { jsonResponse } from '../../functions/read/http.ts';
import { createReaders, recordsIn } from '../../functions/read/readers.ts';
import type { ConfigSource } from '../../functions/shared/live-config.ts';
import type { Log } from '../../functions/shared/logger.ts';
import type { Clock } from '../pipeline/ports.ts';
import type { LocalServices } from './local-services.ts';

/** Who may read kept traces of the local run. */
export interface ReadingOptions {
  readonly host: string;
  /** Ingest keys. */
  readonly keys: readonly string[];
  /** Keys of those who read. @default as {@link isOpenToReaders} says */
  readonly readKeys?: readonly string[];
}

export interface ReadingDeps extends Pick<LocalServices, 'objects' | 'services' | 'explaining'> {
  readonly clock: Clock;
  readonly log: Log;
  /** The policies that are decided by. */
  readonly config: ConfigSource;
  /** What the pipeline has done since it was started. */
  readonly pipeline: () => PipelineCounts;
}

/** Reads the files of the archive, the decision records of the buffer, and what waits there, for those who ask for a trace by its ID. */
export function localReading(
  options: ReadingOptions,
  { objects, services, explaining, config, clock, log, pipeline }: ReadingDeps,
): ReadHttp {
  const records = (tenant: string | undefined) => recordsIn(services(tenant).buffer);
  const readers = createReaders({ store: objects, records, clock, log });
  const explain = createExplain(explaining, config);
  const read = createReadHttp({ readers, authorize: authorizeReaders(options), clock, log, pipeline, explain });
  if (!isOpenToReaders(options)) return read;
  return async (head) => (isNameOfThisMachine(head.headers['host'] ?? '') ? read(head) : refuseName(head));
}

/**
 * Whether a request for this host can only have come to this machine on purpose. A page of another site may have its own name resolve to
 * 127.0.0.1, and would then read what is open to everyone here (DNS rebinding). Names without a point, such as those of containers, are
 * nobody's on the internet.
 */
export function isNameOfThisMachine(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return (
    /^\[[\da-f:.%]+\]$/.test(name) ||
    /^[\d.]+$/.test(name) ||
    !name.includes('.') ||
    /\.(?:localhost|internal)$/.test(name)
  );
}

function refuseName({ headers }: HttpHead): HttpResponse {
  const error = `kept traces are open here, but not under the name ${headers['host']}: use an IP address or localhost, or start with --read-key`;
  return jsonResponse({ error }, 403);
}

/**
 * Without read keys, who can connect reads, unless that is another machine, and senders need a key: then nobody reads, because
 * whoever asks for keys does not expect kept traces to be open.
 */
export function isOpenToReaders({ host, keys, readKeys = [] }: ReadingOptions): boolean {
  return readKeys.length === 0 && (keys.length === 0 || isLoopback(host));
}

function authorizeReaders(options: ReadingOptions): Authorize {
  return isOpenToReaders(options) ? authorizeAll : authorizeKeys(options.readKeys ?? []);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
