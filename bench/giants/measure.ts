/** Sends giant traces through both functions, each in a process with the memory of the deployed one, on services in this process. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { TRACES_PREFIX } from '../../lib/archive/layout.ts';
import { decodeWakeUp, type WakeUpMessage } from '../../lib/aws/sqs/wake-up-message.ts';
import { FUNCTION_MEMORY_MB } from '../../lib/cdk/deployment-defaults.ts';
import { functionUrlEvent } from '../../lib/local/function-url-event.ts';
import type { FunctionAnswer } from './function.ts';
import { type Services, startServices } from './services.ts';

export interface Giant {
  readonly name: string;
  /** Bodies in protobuf. */
  readonly requests: () => Iterable<Uint8Array>;
  readonly isGzip?: boolean;
  /** Requests are of so many tenants in turn. @default there are no tenants */
  readonly tenants?: number;
  /** @default keeps everything */
  readonly policies?: string;
  /** What becomes of it. Counts that are left out are 0, except those of invocations that ran out of time. */
  readonly expected: Partial<Pick<GiantOutcome['totals'], 'received' | 'sampled' | 'notSampled' | 'deadLettered'>>;
}

export interface GiantOutcome {
  /** How many requests got which HTTP status. */
  readonly answers: Readonly<Record<string, number>>;
  readonly ingest: FunctionUse;
  readonly decide: FunctionUse;
  /** Sums over all batches, by the names of `DecideSummary`. */
  readonly totals: Readonly<Record<(typeof TOTALS)[number], number>>;
  readonly lines: { readonly count: number; readonly longestBytes: number };
  readonly deadLetters: readonly WakeUpMessage[];
}

export interface FunctionUse {
  readonly calls: number;
  /** The most that the process took, code and all, as the kernel counts it. */
  readonly peakMegabytes: number;
  readonly cpuMs: number;
}

const TOTALS = ['received', 'sampled', 'notSampled', 'continued', 'deferred', 'deadLettered', 'objects'] as const;
const ALL = 'policies: [{ name: all, type: always_sample }]';
/** Wake-ups for one invocation, as deployed. */
const BATCH = 25;
const MOST_INVOCATIONS = 1_000;

/** As the runtime of Lambda starts Node.js in a function with this memory. */
const MEMORY_FLAGS = [
  `--max-old-space-size=${Math.floor(FUNCTION_MEMORY_MB * 0.9)}`,
  `--max-semi-space-size=${Math.floor(FUNCTION_MEMORY_MB * 0.05)}`,
];

/** @throws {Error} when a function ends, for example because it has no more memory */
export async function measureGiant(giant: Giant): Promise<GiantOutcome> {
  const services = await startServices();
  try {
    const config = `decision_wait: 0s\n${giant.policies ?? ALL}`;
    await using ingest = new FunctionProcess('ingest', services, config);
    const answers = await sendAll(giant, ingest);
    await using decide = new FunctionProcess('decide', services, config);
    await decideAll(services, decide);
    const batches = decide.log.filter(({ message }) => message === 'decision batch');
    const total = (count: string) => batches.reduce((sum, batch) => sum + Number(batch[count]), 0);
    return {
      answers,
      ingest: ingest.use(),
      decide: decide.use(),
      totals: Object.fromEntries(TOTALS.map((count) => [count, total(count)])) as GiantOutcome['totals'],
      lines: linesIn(services),
      deadLetters: services.queue('dead-letters').map(({ body }) => decodeWakeUp(body)),
    };
  } finally {
    services.stop();
  }
}

async function sendAll({ requests, isGzip = false, tenants }: Giant, ingest: FunctionProcess) {
  const answers: Record<string, number> = {};
  let sent = 0;
  for (const body of requests()) {
    const headers = {
      'content-type': 'application/x-protobuf',
      ...(isGzip && { 'content-encoding': 'gzip' }),
      ...(tenants !== undefined && { 'x-tenant': `tenant-${sent % tenants}` }),
    };
    const message = { method: 'POST', target: '/v1/traces', headers, body: isGzip ? gzipSync(body) : body };
    const { statusCode } = (await ingest.invoke(functionUrlEvent(message))) as { readonly statusCode: number };
    answers[statusCode] = (answers[statusCode] ?? 0) + 1;
    sent += 1;
  }
  return answers;
}

async function decideAll(services: Services, decide: FunctionProcess): Promise<void> {
  const wakeUps = services.queue('wake-ups');
  for (let count = 0; wakeUps.length > 0 && count < MOST_INVOCATIONS; count++) {
    const batch = wakeUps.splice(0, BATCH).map(({ body }, index) => ({ messageId: String(index), body }));
    await decide.invoke({ Records: batch });
  }
}

function linesIn({ objects }: Services): GiantOutcome['lines'] {
  let count = 0;
  let longestBytes = 0;
  for (const [key, bytes] of objects) {
    if (!key.includes(`/${TRACES_PREFIX}`)) continue;
    const text = gunzipSync(bytes);
    for (let at = 0; at < text.length; count++) {
      const end = text.indexOf(10, at);
      longestBytes = Math.max(longestBytes, end - at);
      at = end + 1;
    }
  }
  return { count, longestBytes };
}

class FunctionProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly log: Readonly<Record<string, unknown>>[] = [];
  #use: FunctionUse = { calls: 0, peakMegabytes: 0, cpuMs: 0 };
  #settle: { readonly resolve: (answer: FunctionAnswer) => void; readonly reject: (error: Error) => void } | undefined;

  constructor(role: 'ingest' | 'decide', services: Services, config: string) {
    const env = { ...process.env, AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(FUNCTION_MEMORY_MB) };
    const program = join(import.meta.dirname, 'function.ts');
    this.#child = fork(program, [role, services.url, config], { execArgv: MEMORY_FLAGS, env });
    this.#child.on('message', (answer: FunctionAnswer) => this.#settle?.resolve(answer));
    this.#child.on('exit', (code, signal) => this.#settle?.reject(new Error(`${role} ended with ${code ?? signal}`)));
  }

  use(): FunctionUse {
    return this.#use;
  }

  async invoke(event: object): Promise<unknown> {
    const answer = await new Promise<FunctionAnswer>((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#child.send(event);
    });
    this.log.push(...answer.log);
    const { calls, cpuMs } = this.#use;
    this.#use = { calls: calls + 1, cpuMs: cpuMs + answer.cpuMs, peakMegabytes: answer.peakMegabytes };
    return answer.result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
  }
}
