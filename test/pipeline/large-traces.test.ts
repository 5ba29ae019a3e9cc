import { describe, expect, it } from 'vitest';
import { exportRequest, type SpanSpec, spanIdOf, traceIdOf } from '../support/export-request.ts';
import { expectPromisesKept } from './promises.ts';
import { World } from './world.ts';

const SECOND = 1_000;
const TRACE = traceIdOf('a');

/** A healthy span in a request of its own. */
const span = (number: number, changes: Partial<SpanSpec> = {}): SpanSpec => ({
  trace: 'a',
  span: String(number),
  ...(number > 1 && { parent: '1' }),
  startMs: number,
  ...changes,
});
const spans = (from: number, to: number, changes: Partial<SpanSpec> = {}) =>
  Array.from({ length: to - from + 1 }, (_, index) => span(from + index, changes));

async function ingestEach(world: World, specs: readonly SpanSpec[]): Promise<void> {
  for (const spec of specs) {
    await world.ingest(exportRequest([spec]));
    world.clock.advance(1);
  }
}

const counts = (world: World, ...names: readonly Parameters<World['total']>[0][]) =>
  names.map((name) => world.total(name));

describe('a large trace that is not sampled', () => {
  it('is received once, and has one note', async () => {
    const world = new World();
    await ingestEach(world, spans(1, 40));
    await world.drain();
    expect(counts(world, 'received', 'notSampled', 'sampled', 'continued')).toEqual([1, 1, 0, 0]);
    const { decision, note } = await world.buffer.read(TRACE);
    expect(decision).toBe(undefined);
    expect(note).toMatchObject({ outcome: 'not_sampled', fragmentCount: 40, vainLooks: 0, version: 1 });
    expect(note?.landmarks).toHaveLength(2);
  });

  it('is received by the wake-up of its earliest fragment, also if that comes last', async () => {
    const world = new World();
    await ingestEach(world, spans(1, 40));
    world.clock.advance(30 * SECOND);
    const received = world.queue.receive(40).map(({ receiptHandle, wakeUp }) => ({ messageId: receiptHandle, wakeUp }));
    for (const batch of [received.slice(20), received.slice(5, 20), received.slice(0, 5)]) {
      world.summaries.push((await world.decider()(batch)).summary);
    }
    expect(world.summaries.map(({ received, notSampled }) => [received, notSampled])).toEqual([
      [0, 0],
      [0, 0],
      [1, 1],
    ]);
  });

  it.each([
    { what: 'an error', late: span(100, { error: true }) },
    { what: 'an end long after the beginning of the trace', late: span(100, { startMs: 4_000, durationMs: 2_000 }) },
    { what: 'a beginning long before the end of the trace', late: span(100, { startMs: -5_000 }) },
    { what: 'an attribute', late: span(100, { service: 'payment' }) },
  ])('is rescued whole by $what in a late fragment', async ({ late }) => {
    const world = new World({
      yaml: `
decision_wait: 30s
policies:
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - { name: slow, type: latency, latency: { threshold_ms: 5000 } }
  - { name: payment, type: string_attribute, string_attribute: { key: service.name, values: [payment] } }
`,
    });
    const all = [...spans(1, 50), late, ...spans(51, 55)];
    await ingestEach(world, spans(1, 50));
    await world.drain();
    expect(world.archivedSpans()).toEqual([]);
    await ingestEach(world, [late, ...spans(51, 55)]);
    await world.drain();
    expectPromisesKept(world, all, 'may turn off');
    expect(world.archivedLines()[0]).toMatchObject({ trace_id: TRACE, seq: 0 });
    expect(new Set(world.archivedSpans()).size).toBe(56);
    expect(counts(world, 'received', 'notSampled', 'sampled', 'rescued')).toEqual([1, 1, 1, 1]);
  });

  it('is not looked at whole for each late fragment that changes nothing', async () => {
    const world = new World();
    await ingestEach(world, spans(1, 100));
    await world.drain();
    let wholeReads = 0;
    const read = world.buffer.read.bind(world.buffer);
    world.buffer.read = async (traceId, options) => {
      const trace = await read(traceId, options);
      if (trace.fragments.length > 16) wholeReads += 1;
      return trace;
    };
    for (const late of spans(101, 200)) {
      await ingestEach(world, [late]);
      await world.drain();
    }
    // Two on average, while it doubles.
    expect(wholeReads).toBeLessThanOrEqual(6);
    expect(counts(world, 'received', 'notSampled', 'continued')).toEqual([1, 1, 0]);
    expect(world.queue.deadLetters).toEqual([]);
  });

  it('is looked at whole again as it grows, so that policies that count see it', async () => {
    const world = new World({
      yaml: 'decision_wait: 30s\npolicies: [{ name: many, type: span_count, span_count: { min_spans: 60 } }]',
    });
    for (const each of spans(1, 400)) {
      await ingestEach(world, [each]);
      await world.drain();
    }
    expect(new Set(world.archivedSpans()).size).toBe(400);
    expect(world.archivedLines()[0]?.span_count).toBeLessThan(200);
  });

  it.each([
    {
      what: 'small traces are sampled',
      policies: '{ name: small, type: span_count, span_count: { min_spans: 1, max_spans: 10 } }',
    },
    {
      what: 'a span forbids it',
      policies:
        '{ name: no-probes, type: drop, drop: { drop_sub_policy: [{ name: n, type: ottl_condition, ottl_condition: { error_mode: ignore, span: [\'name == "probe"\'] } }] } }',
    },
  ])('has few looks at the whole where $what and the whole is not', async ({ policies }) => {
    const world = new World({
      yaml: `
decision_wait: 30s
policies:
  - ${policies}
  - { name: payment, type: string_attribute, string_attribute: { key: service.name, values: [payment] } }
`,
    });
    const probe = span(30, { name: 'probe', startMs: 20 });
    await ingestEach(world, [...spans(1, 29), probe, ...spans(31, 60)]);
    await world.drain();
    let reads = 0;
    const read = world.buffer.read.bind(world.buffer);
    world.buffer.read = async (traceId, options) => {
      const trace = await read(traceId, options);
      if (trace.fragments.length > 0) reads += 1;
      return trace;
    };
    const service = policies.includes('drop') ? { service: 'payment' } : {};
    for (const late of spans(61, 160, service)) {
      await ingestEach(world, [late]);
      await world.drain();
    }
    expect(world.archivedSpans()).toEqual([]);
    expect(reads).toBeLessThanOrEqual(16);
  });

  it('sends to the dead letters what is gone before any look has seen it', async () => {
    const world = new World();
    await ingestEach(world, spans(1, 40));
    await world.drain();
    await ingestEach(world, [span(41)]);
    world.buffer.readFragments = async () => [];
    await world.drain();
    expect(world.queue.deadLetters.flatMap((wakeUp) => wakeUp.fragments)).toMatchObject([{ traceId: TRACE }]);
  });
});

describe('a large trace that is kept', () => {
  it('has a record that names its fragments in lists, also for another process', async () => {
    const world = new World();
    await ingestEach(world, [span(1, { error: true }), ...spans(2, 150)]);
    await world.drain();
    const { decision } = await world.buffer.read(TRACE, { wholeUpTo: 0 });
    expect(decision?.claims).toMatchObject([{ fragments: [{}], lists: [{}] }]);
    expect(world.archivedLines()).toMatchObject([{ seq: 0 }]);
    // Each batch is a process of its own: none of them has taken a fragment for a late one.
    expect(counts(world, 'received', 'sampled', 'lateFragments', 'continued')).toEqual([1, 1, 0, 0]);
  });

  it('takes late fragments of a batch in one line, with consecutive numbers, whatever the claims before them', async () => {
    const world = new World();
    await ingestEach(world, [span(1, { error: true }), ...spans(2, 50)]);
    await world.drain();
    for (let from = 51; from < 251; from += 10) {
      await ingestEach(world, spans(from, from + 9));
      world.clock.advance(30 * SECOND);
      await world.decideOnce();
    }
    expect(world.archivedSpans()).toHaveLength(250);
    expect(new Set(world.archivedSpans()).size).toBe(250);
    expect(world.archivedLines().map(({ seq }) => seq)).toEqual(Array.from({ length: 21 }, (_, seq) => seq));
    expect(counts(world, 'lateFragments', 'lateSpans')).toEqual([200, 200]);
  });

  it('knows requests that are sent again, on time and late', async () => {
    const world = new World();
    const all = [span(1, { error: true }), ...spans(2, 60)];
    await ingestEach(world, all.slice(0, 40));
    await world.drain();
    for (const late of all.slice(40)) {
      await ingestEach(world, [late]);
      await world.drain();
    }
    await ingestEach(world, all);
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(60);
  });

  it('is taken over whole from a dead owner, and so is a late claim of it', async () => {
    const world = new World();
    const all = [span(1, { error: true }), ...spans(2, 60)];
    const dies = (label: string) => {
      if (label === 'create') throw new Error('the process is gone');
    };
    await ingestEach(world, all);
    world.clock.advance(30 * SECOND);
    await world.decideOnce({ max: 10, step: dies });
    expect((await world.buffer.read(TRACE)).decision?.claims[0]?.lists).toHaveLength(1);
    world.clock.advance(120 * SECOND);
    await ingestEach(world, [span(61)]);
    await world.drain();
    expectPromisesKept(world, [...all, span(61)]);
    expect(counts(world, 'sampled', 'fenced')).toEqual([1, 1]);
    await ingestEach(world, spans(62, 64));
    world.clock.advance(30 * SECOND);
    await world.decideOnce({ step: dies });
    await world.drain();
    expectPromisesKept(world, [...all, ...spans(61, 64)]);
    expect(world.archivedSpans()).toHaveLength(64);
    expect(world.total('fenced')).toBe(2);
  });

  it('may have late fragments beyond what of one trace is read', async () => {
    const world = new World();
    await ingestEach(world, [span(1, { error: true }), ...spans(2, 40)]);
    await world.drain();
    const read = world.buffer.read.bind(world.buffer);
    world.buffer.read = (traceId, options = {}) => {
      if (options.wholeUpTo === undefined) throw new Error('it is not read whole');
      return read(traceId, options);
    };
    await ingestEach(world, spans(41, 50));
    await world.drain();
    expect(world.archivedSpans()).toHaveLength(50);
  });

  it('whose record is of version 0.1, with all names in its claims, goes on, and gets lists', async () => {
    const world = new World();
    const all = [span(1, { error: true }), ...spans(2, 60)];
    await ingestEach(world, all);
    const { fragments } = await world.buffer.read(TRACE);
    const hashes = fragments.map(({ hash }) => hash);
    const claims = Array.from({ length: 12 }, (_, index) => ({
      key: `traces/dt=2026-11-21/hour=12/traces_20261121T120000000Z-00000000000000${10 + index}.jsonl.gz`,
      fragments: hashes.slice(index * 5, index * 5 + 5),
      claimedAtMs: world.clock.now(),
      firstSeq: index,
      lineCount: 1,
    }));
    const partition = 'dt=2026-11-21/hour=12';
    await world.buffer.record(TRACE, { policy: 'errors', adjustedCount: 1, partition, claims, version: 1 });
    for (const { key } of claims) await world.archive.create(key, []);
    await world.drain();
    expect(world.archivedSpans(), 'all of them are in committed claims').toEqual([]);
    expect(counts(world, 'received', 'continued')).toEqual([1, 0]);
    await ingestEach(world, [span(61), span(7)]);
    await world.drain();
    expect(world.archivedSpans()).toEqual([`${TRACE}/${spanIdOf('61')}`]);
    expect(world.archivedLines()).toMatchObject([{ seq: 12 }]);
    const { decision } = await world.buffer.read(TRACE);
    expect(decision?.claims).toMatchObject([{ fragments: [hashes[0]], lists: [{}], lineCount: 12 }, { firstSeq: 12 }]);
  });
});
