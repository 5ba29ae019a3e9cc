import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { refuseForNow } from '../../../functions/ingest/otlp-http.ts';

// The package exports no part of it.
const entry = createRequire(import.meta.url).resolve('@opentelemetry/otlp-exporter-base');
const { createRetryingTransport } = await import(join(dirname(entry), 'retrying-transport.js'));

const TIMEOUT_MS = 10_000;

/** For how long the exporter of JavaScript sends a batch again, in seconds, with its defaults. */
async function secondsUntilItGivesUp(retryAfterSeconds: number): Promise<number> {
  const begin = Date.now();
  let lastMs = 0;
  const transport = {
    send: async () => {
      lastMs = Date.now() - begin;
      // An answer takes a moment.
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { status: 'retryable', retryInMillis: retryAfterSeconds * 1000 };
    },
    shutdown: () => {},
  };
  const sent = createRetryingTransport({ transport }).send(new Uint8Array(), TIMEOUT_MS);
  await vi.advanceTimersByTimeAsync(60_000);
  await sent;
  return Math.floor(lastMs / 1000);
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Retry-After of a refusal', () => {
  it('keeps the exporter of JavaScript trying for 8 s, and has it back sooner than what keeps it longer', async () => {
    const { headers } = refuseForNow({ method: 'POST', path: '/v1/traces', headers: {} }, 'late');
    expect(headers['retry-after']).toBe('2');
    const seconds = await Promise.all([1, 2, 3, 4, 5, 6].map(secondsUntilItGivesUp));
    expect(seconds).toEqual([5, 8, 9, 8, 5, 6]);
  });
});
