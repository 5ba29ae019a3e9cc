import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ConfigBlock } from './case.ts';
import { configText } from './config-text.ts';

const SOURCE = join(import.meta.dirname, 'go');
/** The processor decides by trace states only with this feature gate. */
const USE_TRACE_STATE = 'processor.tailsamplingprocessor.usetracestate';
const MODULE = 'github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor';

interface ReferenceAnswer {
  readonly id: number;
  readonly error?: string;
  readonly decisions: readonly Decision[] | null;
}

/** In the order in which the processor made them. */
export interface Decision {
  readonly traceId: string;
  readonly outcome: string;
  readonly policy: string;
  /** Digits. */
  readonly unixNano: string;
  /** Of the spans by span ID. */
  readonly traceStates?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly config: ConfigBlock | string;
  readonly requests: readonly { readonly payload: Uint8Array; readonly thenWaitMs?: number }[];
  readonly fakeTime?: boolean;
  /** Asks for the trace states of kept spans. */
  readonly traceStates?: boolean;
}

export type JobAnswer = { readonly decisions: readonly Decision[] } | { readonly refused: string };

/** Whether there is a Go toolchain. */
export function hasGo(): boolean {
  return spawnSync('go', ['version']).status === 0;
}

/** The Collector's tail_sampling processor, in a Go program of ours. */
export class Reference {
  readonly #program: ChildProcessWithoutNullStreams;
  readonly #binary: string;
  readonly #folder: string;
  readonly #waiting = new Map<number, (answer: JobAnswer) => void>();
  #lastId = 0;

  private constructor(binary: string, gates: readonly string[] = []) {
    const program = spawn(binary, [...gates], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#binary = binary;
    this.#program = program;
    this.#folder = mkdtempSync(join(tmpdir(), 'tailgate-conformance-jobs-'));
    program.stderr.pipe(process.stderr);
    createInterface(program.stdout).on('line', (line) => this.#answered(JSON.parse(line) as ReferenceAnswer));
    // Nothing that it was asked can be trusted when it ends by itself.
    program.on('exit', () => {
      if (this.#waiting.size === 0) return;
      console.error(`the reference program ended before its answer to ${[...this.#waiting.keys()].join(', ')}`);
      process.exit(1);
    });
  }

  /** Builds and starts it. Throws with the compiler's words when it cannot be built. */
  static start(): Reference {
    const folder = mkdtempSync(join(tmpdir(), 'tailgate-conformance-'));
    const binary = join(folder, 'reference');
    const { status, stderr } = spawnSync('go', ['build', '-o', binary, '.'], { cwd: SOURCE, encoding: 'utf8' });
    if (status !== 0) {
      rmSync(folder, { recursive: true });
      throw new Error(`the reference program cannot be built:\n${stderr}`);
    }
    const reference = new Reference(binary);
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    return reference;
  }

  /** The same program once more, with the feature gate `usetracestate`. */
  withTraceState(): Reference {
    return new Reference(this.#binary, [USE_TRACE_STATE]);
  }

  /** The folder of the processor's source in the module cache. */
  static moduleFolder(): string {
    const { stdout } = spawnSync('go', ['list', '-m', '-f', '{{.Dir}}', MODULE], { cwd: SOURCE, encoding: 'utf8' });
    return stdout.trim();
  }

  static version(): string {
    const { stdout } = spawnSync('go', ['list', '-m', MODULE], { cwd: SOURCE, encoding: 'utf8' });
    return stdout.trim();
  }

  run({ config, requests, fakeTime = false, traceStates = false }: Job): Promise<JobAnswer> {
    this.#lastId++;
    const job = {
      id: this.#lastId,
      config: typeof config === 'string' ? config : configText(config),
      requests: requests.map(({ payload, thenWaitMs = 0 }) => ({
        payload: Buffer.from(payload).toString('base64'),
        thenWaitMs,
      })),
      fakeTime,
      traceStates,
    };
    const { promise, resolve } = Promise.withResolvers<JobAnswer>();
    this.#waiting.set(job.id, resolve);
    // A pipe would have to take megabytes at once.
    const file = join(this.#folder, `${job.id}.json`);
    writeFileSync(file, JSON.stringify(job));
    this.#program.stdin.write(`${file}\n`);
    return promise;
  }

  async stop(): Promise<void> {
    this.#program.stdin.end();
    if (this.#program.exitCode === null) await once(this.#program, 'exit');
    rmSync(this.#folder, { recursive: true });
  }

  #answered({ id, error, decisions }: ReferenceAnswer): void {
    rmSync(join(this.#folder, `${id}.json`));
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(error === undefined ? { decisions: decisions ?? [] } : { refused: error });
  }
}
