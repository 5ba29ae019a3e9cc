/** The read service says of each trace what `tailgate trace --json` says, from a data folder and from a stack. */
import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../support/export-request.ts';
import { THREE_POLICIES } from '../../support/three-policies.ts';
import type { AskedPipeline } from './support/asked-pipeline.ts';
import { useDataFolders, useStacks } from './support/engines.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const A = traceIdOf('a');

interface Case {
  readonly state: string;
  readonly prepare: (pipeline: AskedPipeline) => Promise<void>;
  readonly expected: object;
  /** Names of the spans that are in the answer, because the archive does not have them. */
  readonly waiting: readonly string[];
}

const CASES: readonly Case[] = [
  { state: 'unknown', prepare: async () => undefined, expected: { arrivals: [] }, waiting: [] },
  {
    state: 'waiting',
    async prepare(pipeline) {
      await pipeline.receive({ trace: 'a', span: 'a1', service: 'gateway', name: 'GET /', durationMs: 200 });
      pipeline.clock.advance(10 * SECOND);
      await pipeline.receive({ trace: 'a', span: 'a2', parent: 'a1', service: 'cart', name: 'SELECT' });
    },
    expected: {
      due_at: '2026-11-21T12:00:30.000Z',
      as_of_now: { outcome: 'not_sampled', policy: null },
      votes: [{ policy: 'no-health' }, { policy: 'errors' }, { policy: 'slow', saw: 'it takes 200 ms' }],
      arrivals: [{ services: [{ service: 'gateway', span_count: 1 }] }, { received_at: '2026-11-21T12:00:10.000Z' }],
    },
    waiting: ['GET /', 'SELECT'],
  },
  {
    state: 'not_sampled',
    async prepare(pipeline) {
      await pipeline.receive({ trace: 'a', span: 'a1', name: 'GET /', durationMs: 812 });
      await pipeline.decide();
    },
    expected: { leaves_at: '2026-11-22T12:00:00.000Z', votes: [{}, {}, { facts: { durationMs: 812 } }] },
    waiting: ['GET /'],
  },
  {
    state: 'dropped',
    async prepare(pipeline) {
      await pipeline.receive({ trace: 'a', span: 'a1', name: 'GET /', service: 'health', error: true });
      await pipeline.decide();
    },
    expected: { as_of_now: { outcome: 'dropped', policy: 'no-health' } },
    waiting: ['GET /'],
  },
  {
    state: 'overdue',
    async prepare(pipeline) {
      await pipeline.receive({ trace: 'a', span: 'a1', name: 'GET /', error: true });
      pipeline.clock.advance(60 * SECOND);
    },
    expected: { as_of_now: { outcome: 'sampled', policy: 'errors' } },
    waiting: ['GET /'],
  },
  {
    state: 'kept',
    async prepare(pipeline) {
      await pipeline.receive({ trace: 'a', span: 'a1', error: true });
      await pipeline.decide();
    },
    expected: {
      sampling_policy: 'errors',
      keeps: 'every trace that has a span with status ERROR',
      sample_weight: 1,
      decided_at: '2026-11-21T12:00:30.000Z',
      objects: [{ key: expect.stringContaining('hour=12'), state: 'written' }],
      arrivals: [{ is_kept: true }],
    },
    waiting: [],
  },
  {
    state: 'expired',
    async prepare(pipeline) {
      await pipeline.receive({ trace: 'a', span: 'a1' });
      await pipeline.decide();
      pipeline.clock.advance(26 * HOUR);
    },
    expected: { left_at: '2026-11-22T12:00:00.000Z', arrivals: [{ is_expired: true }] },
    waiting: [],
  },
];

interface Answered {
  readonly resourceSpans?: readonly { scopeSpans: readonly { spans: readonly { name: string }[] }[] }[];
}

function waitingIn({ resourceSpans = [] }: Answered): readonly string[] {
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name)));
}

const stacks = useStacks();

describe.each([useDataFolders(), stacks])('GET /api/traces/<id>/explanation, on $name', ({ name, create }) => {
  const isStack = name === stacks.name;

  it.each(CASES)('says that a trace is $state, as the command does', async ({ state, prepare, expected, waiting }) => {
    const pipeline = await create(THREE_POLICIES);
    await prepare(pipeline);
    const { status, json } = await pipeline.explanation(A);
    expect(status).toBe(200);
    expect(json).toMatchObject({ state, ...expected });
    expect(waitingIn(json)).toEqual(waiting);
    const { resourceSpans: _, ...report } = json;
    const { spans: __, ...printed } = await pipeline.traceJson(A);
    // The function does not look through dead letters.
    expect(report).toEqual({ ...printed, ...(isStack && { has_more_dead_letters: true }) });
  });

  it('says what is in the dead letters, or that it has not looked there', async () => {
    const pipeline = await create(THREE_POLICIES);
    await pipeline.receive({ trace: 'a', span: 'a1', name: 'GET /' });
    await pipeline.giveUp('not settled in 11 attempts: the table is gone');
    const { json } = await pipeline.explanation(A);
    expect(waitingIn(json)).toEqual(['GET /']);
    expect(json).toMatchObject(
      isStack
        ? { state: 'waiting', dead_letters: [], has_more_dead_letters: true }
        : { state: 'dead_lettered', reason: 'not settled in 11 attempts: the table is gone' },
    );
  });

  it('changes nothing: what waits is decided as if nobody had asked', async () => {
    const pipeline = await create(THREE_POLICIES);
    await pipeline.receive({ trace: 'a', span: 'a1', error: true });
    await pipeline.explanation(A);
    await pipeline.decide();
    expect((await pipeline.explanation(A)).json).toMatchObject({ state: 'kept', line_count: 1 });
  });

  it.each([
    A.toUpperCase(),
    `00-${A}-00f067aa0ba902b7-01`,
    `${A.slice(0, 8)}-${A.slice(8, 12)}-${A.slice(12, 16)}-${A.slice(16, 20)}-${A.slice(20)}`,
    `1-${A.slice(0, 8)}-${A.slice(8)}`,
    'a',
  ])('takes the ID in any form: %s', async (id) => {
    const pipeline = await create(THREE_POLICIES);
    await pipeline.receive({ trace: 'a', span: 'a1' });
    expect((await pipeline.explanation(id)).json).toMatchObject({ trace_id: A, state: 'waiting' });
  });

  it('refuses what is no ID', async () => {
    const pipeline = await create(THREE_POLICIES);
    expect(await pipeline.explanation('cart')).toEqual({
      status: 400,
      json: { error: 'a trace ID has up to 32 hex digits, got "cart"' },
    });
  });
});

describe('GET /api/traces/<id>/explanation', () => {
  it('knows nothing of what other tenants have sent', async () => {
    const pipeline = await stacks.create(THREE_POLICIES, 'shop');
    await pipeline.receive({ trace: 'a', span: 'a1', name: 'GET /' }, { trace: 'b', span: 'b1', error: true });
    await pipeline.decide();
    for (const [id, state] of [[A, 'not_sampled'] as const, [traceIdOf('b'), 'kept'] as const]) {
      expect((await pipeline.explanation(id, 'shop')).json).toMatchObject({ state });
      const other = (await pipeline.explanation(id, 'bank')).json;
      expect(other).toMatchObject({ state: 'unknown', arrivals: [] });
      expect(JSON.stringify(other)).not.toContain('GET /');
    }
  });

  it('leaves out spans that are too many for an answer, and says how many', async () => {
    const pipeline = await stacks.create(THREE_POLICIES);
    const name = 'x'.repeat(9_000);
    for (let request = 0; request < 4; request++) {
      const spans = Array.from({ length: 500 }, (_, index) => ({
        trace: 'a',
        span: (request * 500 + index + 1).toString(16),
        name,
      }));
      await pipeline.receive(...spans);
    }
    const { json } = await pipeline.explanation(A);
    const shown = waitingIn(json).length;
    expect(shown).toBeGreaterThan(1500);
    expect(shown + json.spans_left_out).toBe(2000);
    expect(JSON.stringify(json.resourceSpans).length).toBeLessThan(16 * 1024 * 1024);
  });
});
