import { type Authorize, authorizeAll, authorizeKeys } from '../../functions/ingest/keys.ts';
import { createReadHttp, type ReadHttp } from '../../functions/read/handler.ts';
import type { PipelineCounts } from '../../functions/read/pipeline-counts.ts';
import { createReaders } from '../../functions/read/readers.ts';
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

export interface ReadingDeps extends Pick<LocalServices, 'objects' | 'services'> {
  readonly clock: Clock;
  readonly log: Log;
  /** What the pipeline has done since it was started. */
  readonly pipeline: () => PipelineCounts;
}

/** Reads the files of the archive, and the decision records of the buffer. */
export function localReading(
  options: ReadingOptions,
  { objects, services, clock, log, pipeline }: ReadingDeps,
): ReadHttp {
  const readers = createReaders({ store: objects, buffer: (tenant) => services(tenant).buffer, clock });
  return createReadHttp({ readers, authorize: authorizeReaders(options), clock, log, pipeline });
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
