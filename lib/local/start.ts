import { join } from 'node:path';
import { wireDecideWakeUps } from '../../functions/decide/handler.ts';
import { wireIngestHttp } from '../../functions/ingest/handler.ts';
import { authorizeAll, authorizeKeys } from '../../functions/ingest/keys.ts';
import { readBeside } from '../../functions/read/handler.ts';
import { pageBeside } from '../../functions/read/page.ts';
import { fixedConfig } from '../../functions/shared/live-config.ts';
import type { Log } from '../../functions/shared/logger.ts';
import { LOCAL_ARCHIVE } from '../archive/layout.ts';
import { SystemClock } from '../aws/system.ts';
import { DEFAULT_DECIDE_OPTIONS, type DecideOptions } from '../pipeline/decide/options.ts';
import type { SamplingConfig } from '../sampling/sampling-config.ts';
import { Admission, type Load } from './admission.ts';
import { removeOldTraces } from './archive-retention.ts';
import { BytesInFlight } from './bytes-in-flight.ts';
import { notePolicies, takeDataFolder } from './data-folder.ts';
import { DEFAULT_LOOP_OPTIONS, DecisionLoop, type DecisionLoopOptions } from './decision-loop.ts';
import { MAX_BYTES_IN_FLIGHT, startHttpServer } from './http-server.ts';
import { authority } from './listening.ts';
import { announcing, type LocalServices, openLocalServices } from './local-services.ts';
import { Outage } from './outage.ts';
import { pageFiles } from './page-files.ts';
import { patientQueue, patientServices } from './patient-services.ts';
import { PipelineTally } from './pipeline-tally.ts';
import { localReading, type ReadingOptions } from './reading.ts';
import { resetFolder } from './reset-folder.ts';
import { type Started, startParts } from './started.ts';

export interface LocalOptions extends ReadingOptions {
  /** 0 selects any free port. */
  readonly port: number;
  /** For OTLP/gRPC; 0 selects any free port. Undefined: OTLP/HTTP only. */
  readonly grpcPort?: number;
  readonly dataDir: string;
  readonly config: SamplingConfig;
  /** The text of {@link config}, to be noted in the folder for `tailgate trace`. @default not noted */
  readonly configText?: Uint8Array;
  /** Ingest keys. If there are none, every request is accepted. */
  readonly keys: readonly string[];
  readonly log: Log;
  /** What the buffer may take of the disk. @default DEFAULT_MAX_BUFFER_BYTES */
  readonly maxBufferBytes?: number;
  /** How long kept traces stay, from when they were written. @default until somebody deletes them */
  readonly retentionMs?: number;
  /** Deletes everything that is in the data folder, if it is one of Tailgate, before anything else. */
  readonly reset?: boolean;
  /** Origins of pages that may send spans from a browser: `http://localhost:3000`, `http://localhost:*`, `*`. @default none */
  readonly corsOrigins?: readonly string[];
  /** With the oldest decision this late, no spans are accepted. @default 60 s */
  readonly maxLagMs?: number;
  readonly decideSettings?: Partial<DecideOptions>;
  readonly loopSettings?: Partial<DecisionLoopOptions>;
  /** How long a wake-up that was received but not finished stays hidden. @default 30 s */
  readonly visibilityTimeoutSeconds?: number;
}

export interface RunningTailgate {
  /** Base URL for OTLP, without the path. */
  readonly url: string;
  /** The same for OTLP/gRPC. */
  readonly grpcUrl?: string;
  /**
   * Answers the requests in progress, finishes the current batch of decisions and closes the database. Waiting spans
   * stay on disk.
   */
  stop(): Promise<void>;
}

const DEFAULT_MAX_BUFFER_BYTES = 2_000_000_000;
const DEFAULT_MAX_LAG_MS = 60_000;
/** Killed processes leave little, and seldom. */
const SWEEP_MS = 60 * 60_000;
/** The rest is for what decisions leave behind: records of kept traces, and indexes. */
const UNDECIDED_SHARE = 0.8;

/** Only this process decides here, so the owner of a claim that does not answer for this long was killed. */
export const LOCAL_SETTINGS: DecideOptions = {
  ...DEFAULT_DECIDE_OPTIONS,
  claimTimeoutMs: 15_000,
  continuationDelayMs: 5_000,
};

/**
 * Starts the whole pipeline on one machine: the handlers of the Lambda functions, on a database in the data folder.
 * If a part cannot start, it stops the parts that have started.
 */
export function startLocal(options: LocalOptions): Promise<RunningTailgate> {
  return startParts((started) => startAll(options, started));
}

async function startAll(options: LocalOptions, started: Started): Promise<RunningTailgate> {
  const { log, host, port, maxBufferBytes = DEFAULT_MAX_BUFFER_BYTES, maxLagMs = DEFAULT_MAX_LAG_MS } = options;
  const config = fixedConfig(options.config);
  const clock = new SystemClock();
  const folder = takeDataFolder(options.dataDir);
  started.defer(() => folder.release());
  if (options.reset === true && resetFolder(folder.path)) {
    log.info('reset: deleted everything that Tailgate had in its data folder', { folder: folder.path });
  }
  if (options.configText !== undefined) notePolicies(folder.path, options.configText);
  const { visibilityTimeoutSeconds = 30 } = options;
  const parts = openLocalServices({ folder: folder.path, maxBufferBytes, visibilityTimeoutSeconds });
  const { store, services } = parts;
  started.defer(() => store.close());
  started.defer(sweepArchive(options, parts, join(folder.path, LOCAL_ARCHIVE)));

  const tally = new PipelineTally(clock.now());
  const outage = new Outage({ clock, log });
  const queue = patientQueue(store.messages, outage);
  const decide = wireDecideWakeUps(
    {
      services: patientServices(services, outage),
      config,
      log,
      metrics: tally,
      acknowledge: (ids) => queue.acknowledge(ids),
    },
    { ...LOCAL_SETTINGS, ...options.decideSettings },
  );
  const loop = new DecisionLoop(
    { queue, decide, cleanUp: () => store.maintain(), clock, log, outage },
    { ...DEFAULT_LOOP_OPTIONS, ...options.loopSettings },
  );
  started.defer(() => {
    outage.stop();
    return loop.stop();
  });

  const startedAtMs = clock.now();
  const load = (): Load => ({
    // What was due while nothing ran is decided beside what arrives now.
    lagMs: Math.min(store.messages.state().lagMs, clock.now() - startedAtMs),
    undecidedBytes: store.disk().undecidedBytes,
  });
  const admission = new Admission({ load, clock, log }, { maxLagMs, maxBufferBytes: maxBufferBytes * UNDECIDED_SHARE });
  const handler = admission.guard(
    wireIngestHttp({
      services: announcing(services, (visibleAtMs) => loop.expect(visibleAtMs)),
      config,
      authorize: options.keys.length === 0 ? authorizeAll : authorizeKeys(options.keys),
      log,
      metrics: tally,
    }),
  );
  const pipeline = () => tally.counts(store.messages.state().fragments);
  const read = localReading(options, { ...parts, config, clock, log, pipeline });
  const inFlight = new BytesInFlight(MAX_BYTES_IN_FLIGHT);
  let grpcUrl: string | undefined;
  const http = await startHttpServer({
    host,
    port,
    handler: pageBeside(pageFiles(), readBeside(read, handler)),
    inFlight,
    log,
    corsOrigins: options.corsOrigins ?? [],
    grpcUrl: () => grpcUrl,
  });
  started.defer(() => http.stop());
  const urlOf = (boundPort: number): string => `http://${authority(host, boundPort)}`;
  const { grpcPort } = options;
  const url = urlOf(http.port);
  folder.announce(url);
  if (grpcPort === undefined) return { url, stop: () => started.stop() };
  // Takes as long to load as all the rest.
  const { startGrpcServer } = await import('./grpc-server.ts');
  const grpc = await startGrpcServer({ host, port: grpcPort, handler, inFlight, log, clock });
  started.defer(() => grpc.stop());
  grpcUrl = urlOf(grpc.port);
  return { url, grpcUrl, stop: () => started.stop() };
}

/** Deletes what nobody needs any more from the archive, at once and then every hour. Returns what ends it. */
function sweepArchive({ log, retentionMs }: LocalOptions, parts: LocalServices, archive: string): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  const sweep = async () => {
    await parts.sweepArchive();
    if (retentionMs === undefined) return;
    try {
      const files = await removeOldTraces({ archive, nowMs: Date.now(), retentionMs, signal });
      if (files > 0) log.info('old traces deleted', { files });
    } catch (error) {
      log.warn('old traces cannot be deleted', { error });
    }
  };
  const timer = setInterval(() => void sweep(), SWEEP_MS);
  void sweep();
  return () => {
    clearInterval(timer);
    stopping.abort();
  };
}
