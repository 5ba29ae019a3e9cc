import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { MeasuredProcess } from './measured-process.ts';
import type { TailSampler } from './tail-sampler.ts';

/** What `npm start` runs. */
export class TailgateServer implements TailSampler {
  readonly url: string;
  readonly #process: MeasuredProcess;
  readonly #folder: string;
  readonly #counts: { decided: number };

  private constructor(url: string, started: MeasuredProcess, folder: string, counts: { decided: number }) {
    this.url = url;
    this.#process = started;
    this.#folder = folder;
    this.#counts = counts;
  }

  /** @param folder of its configuration and its data, which may be there from an earlier start */
  static async start(folder: string, samplingConfig: string): Promise<TailgateServer> {
    const configFile = join(folder, 'tailgate.yaml');
    writeFileSync(configFile, samplingConfig);
    const counts = { decided: 0 };
    let url: string | undefined;
    const args = ['bin/tailgate.mjs', 'start', '--port', '0', '--data', join(folder, 'data'), '--config', configFile];
    const started = new MeasuredProcess(process.execPath, args, (line) => {
      url ??= /^ready (http:\S+)$/.exec(line)?.[1];
      if (line.includes('"decision batch"')) counts.decided += Number(JSON.parse(line)['received']);
    });
    while (url === undefined) {
      started.assertRuns();
      await sleep(2);
    }
    return new TailgateServer(url, started, folder, counts);
  }

  get cpuSeconds(): number {
    return this.#process.cpuSeconds;
  }

  get rssBytes(): number {
    return this.#process.rssBytes;
  }

  get decidedTraces(): number {
    return this.#counts.decided;
  }

  async decided(traces: number): Promise<void> {
    while (this.#counts.decided < traces) {
      this.#process.assertRuns();
      await sleep(20);
    }
  }

  async keptTraces(): Promise<ReadonlySet<string>> {
    const kept = new Set<string>();
    for (const { parentPath, name } of readdirSync(this.#folder, { recursive: true, withFileTypes: true })) {
      if (!name.endsWith('.jsonl.gz')) continue;
      const text = gunzipSync(readFileSync(join(parentPath, name))).toString();
      for (const line of text.split('\n')) if (line !== '') kept.add(JSON.parse(line).trace_id);
    }
    return kept;
  }

  async stop(signal?: NodeJS.Signals): Promise<void> {
    await this.#process.stop(signal);
  }
}
