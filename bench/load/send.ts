/** Sends prepared export requests over a few connections that stay open. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Body } from './bodies.ts';

export interface Answers {
  /** From the moment at which a request was due until its answer was complete. */
  readonly latencyMs: readonly number[];
  /** Times that a request was answered with 429 or 503, and sent again. */
  readonly refusals: number;
  readonly wallMs: number;
}

/** As many requests at a time as there are connections; the next is sent when one is answered. */
export async function sendClosedLoop(url: string, bodies: readonly Body[], connections: number): Promise<Answers> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const begun = performance.now();
  const latencyMs: number[] = [];
  let refusals = 0;
  const queue = bodies.values();
  const worker = async () => {
    for (const body of queue) {
      const sent = performance.now();
      refusals += await sendUntilAccepted(url, agent, body);
      latencyMs.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return { latencyMs, refusals, wallMs: performance.now() - begun };
}

/**
 * At a steady rate, however long the answers take. The latency of a request counts from when it was due, not from when a connection
 * was free for it: a server that stalls does not hide the requests that it kept waiting ("coordinated omission").
 */
export async function sendOpenLoop(
  url: string,
  bodies: readonly Body[],
  { spansPerSecond, connections }: { readonly spansPerSecond: number; readonly connections: number },
): Promise<Answers> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const begun = performance.now();
  const latencyMs: number[] = [];
  let refusals = 0;
  let spans = 0;
  const underWay: Promise<void>[] = [];
  for (const body of bodies) {
    const dueMs = begun + (spans / spansPerSecond) * 1000;
    spans += body.spanCount;
    const early = dueMs - performance.now();
    if (early > 0) await sleep(early);
    underWay.push(
      sendUntilAccepted(url, agent, body).then((refused) => {
        refusals += refused;
        latencyMs.push(performance.now() - dueMs);
      }),
    );
  }
  await Promise.all(underWay);
  agent.destroy();
  return { latencyMs, refusals, wallMs: performance.now() - begun };
}

/** @returns how often it was refused before */
async function sendUntilAccepted(url: string, agent: Agent, body: Body): Promise<number> {
  for (let refusals = 0; ; refusals++) {
    const { status, retryAfter } = await post(url, agent, body);
    if (status === 200) return refusals;
    if (status !== 503 && status !== 429) throw new Error(`${url} answered ${status}`);
    await sleep(Math.max(100, retryAfter * 1000));
  }
}

function post(url: string, agent: Agent, { gzip }: Body): Promise<{ status: number; retryAfter: number }> {
  const headers = {
    'content-type': 'application/x-protobuf',
    'content-encoding': 'gzip',
    'content-length': gzip.length,
  };
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; retryAfter: number }>();
  const outgoing = request(`${url}/v1/traces`, { method: 'POST', agent, headers }, (response) => {
    response.resume();
    const { statusCode = 0, headers } = response;
    response.on('end', () => resolve({ status: statusCode, retryAfter: Number(headers['retry-after'] ?? 1) }));
    response.on('error', reject);
  });
  outgoing.on('error', reject);
  outgoing.end(gzip);
  return promise;
}

/** The value that this share of them does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
