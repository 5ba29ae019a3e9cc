import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleTarget } from './bundle.ts';
import { keptInputs } from './corpus.ts';
import { type FuzzTarget, seedsOf } from './target.ts';

export interface FuzzOptions {
  readonly seconds: number;
  readonly seed: number;
  /** What stands before the command (`c-library.ts`). */
  readonly prefix: readonly string[];
}

export interface FuzzResult {
  readonly executions: number;
  readonly seconds: number;
  /** Edges of the code that were taken. */
  readonly coverage: number;
  /** The inputs that reach them: what the run started from, and what it found. */
  readonly corpus: readonly Uint8Array[];
  /** What went wrong, and the input that shows it. */
  readonly finding: { readonly log: string; readonly input: Uint8Array | undefined } | undefined;
}

/** The heap of the process, and all of its memory: a leak, or an input that takes far more than its size, ends the run. */
const HEAP_MB = 512;
const RSS_MB = 1536;
/** After this time an input is a hang. Targets have bounds of their own, in processor time (`timed.ts`). */
const HANG_MS = 120_000;
const DEFAULT_MAX_LENGTH = 4096;
const LOG_LINES = 40;

/** Fuzzes one target in a process of its own. */
export async function runTarget(name: string, target: FuzzTarget, options: FuzzOptions): Promise<FuzzResult> {
  const work = mkdtempSync(join(tmpdir(), `tailgate-fuzz-${name}-`));
  try {
    const bundle = await bundleTarget(name, work);
    const corpus = join(work, 'corpus');
    mkdirSync(corpus);
    const inputs = [...(await seedsOf(target)), ...keptInputs(name)];
    for (const [i, input] of inputs.entries()) writeFileSync(join(corpus, `kept-${i}`), input);
    const dictionary = join(work, 'words');
    writeFileSync(dictionary, (target.words ?? []).map((word) => `"${escaped(word)}"\n`).join(''));
    const { seconds, seed, prefix } = options;
    const [command = process.execPath, ...args] = [
      ...prefix,
      process.execPath,
      `--max-old-space-size=${HEAP_MB}`,
      createRequire(import.meta.url).resolve('@jazzer.js/core/dist/cli.js'),
      bundle,
      corpus,
      // It would report the names of the files that a bug of a test reads, and this process runs no commands.
      '--disableBugDetectors=path-traversal',
      '--disableBugDetectors=command-injection',
      `--timeout=${HANG_MS}`,
      ...(target.isAsync === true ? [] : ['--sync']),
      '--',
      `-seed=${seed}`,
      `-max_total_time=${seconds}`,
      `-max_len=${target.maxLength ?? DEFAULT_MAX_LENGTH}`,
      `-rss_limit_mb=${RSS_MB}`,
      `-dict=${dictionary}`,
      '-print_final_stats=1',
      `-artifact_prefix=${work}/finding-`,
    ];
    const started = performance.now();
    const { log, code } = await run(command, args, work);
    const artifact = readdirSync(work).find((file) => file.startsWith('finding-'));
    const input = artifact === undefined ? undefined : new Uint8Array(readFileSync(join(work, artifact)));
    return {
      executions: executionsIn(log),
      seconds: (performance.now() - started) / 1000,
      coverage: Math.max(0, ...Array.from(log.matchAll(/ cov: (\d+)/g), ([, edges]) => Number(edges))),
      corpus: readdirSync(corpus).map((file) => new Uint8Array(readFileSync(join(corpus, file)))),
      finding: code === 0 ? undefined : { log: log.split('\n').slice(-LOG_LINES).join('\n'), input },
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Of a dictionary of libFuzzer. */
function escaped(word: string): string {
  const bytes = Array.from(new TextEncoder().encode(word));
  return bytes.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

function run(command: string, args: readonly string[], cwd: string): Promise<{ log: string; code: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    const add = (chunk: Buffer) => {
      log += chunk.toString();
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.on('error', reject);
    child.on('close', (code) => resolve({ log, code }));
  });
}

/** Synchronous runs print no statistics when their time is over: each line of progress begins with the number. */
function executionsIn(log: string): number {
  const counts = Array.from(log.matchAll(/^#(\d+)\t|number_of_executed_units: *(\d+)/gm), ([, a, b]) => Number(a ?? b));
  return Math.max(0, ...counts);
}
