import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { zstdDecompressSync } from 'node:zlib';
import { MeasuredProcess } from './measured-process.ts';
import type { TailSampler } from './tail-sampler.ts';

const SOURCE = join(import.meta.dirname, '../collector');
/** Go builds what has changed; the rest is in its cache. */
const BINARY = join(import.meta.dirname, '../../node_modules/.cache/tailgate/bench-collector');
/** The file exporter writes what it holds every second. */
const QUIET_MS = 3_000;

/** Why there is no Collector; `undefined` when there can be one. */
export function whyNoCollector(): string | undefined {
  return spawnSync('go', ['version']).status === 0
    ? undefined
    : 'the Collector is built with Go, which is not installed';
}

/** An OpenTelemetry Collector: OTLP receiver, tail_sampling processor, file exporter. */
export class CollectorServer implements TailSampler {
  readonly url: string;
  readonly #process: MeasuredProcess;
  readonly #file: string;
  readonly #decisionWaitMs: number;

  private constructor(url: string, started: MeasuredProcess, file: string, decisionWaitMs: number) {
    this.url = url;
    this.#process = started;
    this.#file = file;
    this.#decisionWaitMs = decisionWaitMs;
  }

  /** @param policies YAML of the list, as in `corpora.ts` */
  static async start(folder: string, decisionWaitMs: number, policies: string): Promise<CollectorServer> {
    mkdirSync(dirname(BINARY), { recursive: true });
    const build = spawnSync('go', ['build', '-o', BINARY, '.'], { cwd: SOURCE, encoding: 'utf8' });
    if (build.status !== 0) throw new Error(`the Collector cannot be built:\n${build.stderr}`);
    const port = await freePort();
    const file = join(folder, 'kept.jsonl');
    const configFile = join(folder, 'collector.yaml');
    writeFileSync(configFile, collectorConfig(port, file, decisionWaitMs, policies));
    const started = new MeasuredProcess(BINARY, ['--config', configFile], () => {});
    const url = `http://127.0.0.1:${port}`;
    while (!(await answers(url))) {
      started.assertRuns();
      await sleep(20);
    }
    return new CollectorServer(url, started, file, decisionWaitMs);
  }

  get cpuSeconds(): number {
    return this.#process.cpuSeconds;
  }

  get rssBytes(): number {
    return this.#process.rssBytes;
  }

  /** It does not tell; when the wait is over and its file grows no more, it has decided. */
  async decided(): Promise<void> {
    await sleep(this.#decisionWaitMs + QUIET_MS);
    for (let size = -1; size !== this.#size(); ) {
      size = this.#size();
      await sleep(QUIET_MS);
    }
  }

  async keptTraces(): Promise<ReadonlySet<string>> {
    const kept = new Set<string>();
    const bytes = readFileSync(this.#file);
    // Each batch: its length in four bytes, then OTLP/JSON as zstd.
    for (let at = 0; at < bytes.length; ) {
      const end = at + 4 + bytes.readUInt32BE(at);
      const { resourceSpans } = JSON.parse(zstdDecompressSync(bytes.subarray(at + 4, end)).toString());
      for (const { scopeSpans } of resourceSpans) {
        for (const { spans } of scopeSpans) for (const { traceId } of spans) kept.add(traceId);
      }
      at = end;
    }
    return kept;
  }

  async stop(signal?: NodeJS.Signals): Promise<void> {
    await this.#process.stop(signal);
  }

  #size(): number {
    return statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
  }
}

function collectorConfig(port: number, file: string, decisionWaitMs: number, policies: string): string {
  return `
receivers:
  otlp: { protocols: { http: { endpoint: '127.0.0.1:${port}' } } }
processors:
  tail_sampling:
    decision_wait: ${decisionWaitMs}ms
    num_traces: 1000000
    policies:${policies.replaceAll('\n', '\n    ')}
exporters:
  file: { path: '${file}', compression: zstd }
service:
  telemetry: { metrics: { level: none }, logs: { level: error } }
  pipelines: { traces: { receivers: [otlp], processors: [tail_sampling], exporters: [file] } }
`;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
