import { describe, expect, it } from 'vitest';
import { replacementsAfter, standingOfNote } from '../../lib/pipeline/decide/policy-change.ts';
import { MIXED_POLICIES } from '../../lib/pipeline/ports.ts';
import type { SamplingConfig } from '../../lib/sampling/sampling-config.ts';
import { exportRequest, type SpanSpec, traceIdOf } from '../support/export-request.ts';
import { expectPromisesKept } from './promises.ts';
import { parsePolicies, World } from './world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const TRACE = traceIdOf('a');
const ERRORS = parsePolicies('policies: [{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }]');
const PAYMENTS = parsePolicies(
  'policies: [{ name: payments, type: string_attribute, string_attribute: { key: service.name, values: [payment] } }]',
);
const RETRIES = parsePolicies(
  'policies: [{ name: retries, type: string_attribute, string_attribute: { key: service.name, values: [retry] } }]',
);

const span = (number: number, changes: Partial<SpanSpec> = {}): SpanSpec => ({
  trace: 'a',
  span: String(number),
  ...(number > 1 && { parent: '1' }),
  startMs: number,
  ...changes,
});

/** A world with a large trace that is not sampled, and how often it was looked at whole since. */
class Waiting extends World {
  wholeLooks = 0;
  #next = 100;

  static async with(config: SamplingConfig, changes: Partial<SpanSpec> = {}): Promise<Waiting> {
    const world = new Waiting();
    world.config = config;
    for (let number = 1; number <= 40; number++)
      await world.ingest(exportRequest([span(number, number === 20 ? changes : {})]));
    await world.drain();
    const { note } = await world.buffer.read(TRACE);
    expect(note?.policies).toBe(config.fingerprint);
    const read = world.buffer.read.bind(world.buffer);
    world.buffer.read = async (traceId, options) => {
      const trace = await read(traceId, options);
      // The second one of a look at the whole only finds out whether more has come.
      if (trace.fragments.length > 16 && (options?.known?.length ?? 0) === 0) world.wholeLooks += 1;
      return trace;
    };
    return world;
  }

  /** One fragment more, looked at by an instance with these policies. */
  async late(config: SamplingConfig, changes: Partial<SpanSpec> = {}): Promise<SpanSpec> {
    this.config = config;
    // Those whose hash says that a look is due would be counted, too.
    const late = span(this.#next++, changes);
    await this.ingest(exportRequest([late]));
    this.clock.advance(30 * SECOND);
    while ((await this.decideOnce()) > 0);
    return late;
  }
}

describe('a large trace whose policies are replaced while it waits', () => {
  it('is kept for what came before the change, with the first fragment after it', async () => {
    const world = await Waiting.with(PAYMENTS, { error: true });
    await world.late(ERRORS);
    expect(world.archivedSpans()).toHaveLength(41);
    expect(world.archivedLines()).toMatchObject([{ sampling_policy: 'errors' }]);
    expect([world.total('received'), world.total('sampled'), world.total('rescued')]).toEqual([1, 1, 1]);
  });

  it('has one look at the whole for the change, however many wake-ups come', async () => {
    const world = await Waiting.with(PAYMENTS);
    for (let count = 0; count < 30; count++) await world.late(ERRORS);
    // With those that growth calls for, two on average while it doubles.
    expect(world.wholeLooks).toBeGreaterThanOrEqual(1);
    expect(world.wholeLooks).toBeLessThanOrEqual(4);
    const { note } = await world.buffer.read(TRACE);
    expect(note).toMatchObject({ policies: ERRORS.fingerprint, replacedAtMs: expect.any(Array) });
    expect(world.total('received')).toBe(1);
  });

  it('has one more for a note that does not name its policies', async () => {
    const world = await Waiting.with(PAYMENTS, { error: true });
    const { note } = await world.buffer.read(TRACE);
    if (note === undefined) throw new Error('there is a note');
    const { policies, ...before } = note;
    await world.buffer.record(TRACE, { ...before, version: note.version + 1 });
    await world.late(RETRIES);
    expect((await world.buffer.read(TRACE)).note).toMatchObject({ policies: RETRIES.fingerprint });
    expect(world.archivedSpans()).toEqual([]);
  });

  it('is looked at again when the policies come back', async () => {
    const world = await Waiting.with(PAYMENTS);
    await world.late(ERRORS, { service: 'payment' });
    expect(world.archivedSpans()).toEqual([]);
    await world.late(PAYMENTS);
    expect(world.archivedSpans()).toHaveLength(42);
  });

  it('has few looks at the whole while instances with other policies decide at the same time, and one after that', async () => {
    const world = await Waiting.with(PAYMENTS);
    const startMs = world.clock.now();
    const sent = [];
    for (let count = 0; count < 9; count++) {
      for (const config of [ERRORS, PAYMENTS]) sent.push(await world.late(config));
    }
    expect(world.clock.now() - startMs).toBeLessThan(10 * MINUTE);
    // Four because of the policies, and two on average because it grows.
    expect(world.wholeLooks).toBeLessThanOrEqual(6);
    expect((await world.buffer.read(TRACE)).note?.policies).toBe(MIXED_POLICIES);
    // The old ones look at a part of it for the last time.
    await world.late(PAYMENTS, { error: true });
    expect(world.archivedSpans()).toEqual([]);
    world.clock.advance(10 * MINUTE);
    await world.late(ERRORS);
    expect(world.archivedSpans().length).toBe(40 + sent.length + 2);
    expectPromisesKept(world, sent);
  });

  it('forgets nothing that the old policies look at while the new ones replace their note', async () => {
    const world = await Waiting.with(PAYMENTS);
    world.config = ERRORS;
    const record = world.buffer.record.bind(world.buffer);
    let isOvertaken = false;
    world.buffer.record = async (traceId, note) => {
      if (!isOvertaken) {
        isOvertaken = true;
        await world.ingest(exportRequest([span(500, { error: true })]));
        world.config = PAYMENTS;
        world.clock.advance(30 * SECOND);
        await world.decideOnce();
        expect(world.queue.pendingCount, 'the error is acknowledged').toBe(1);
      }
      return record(traceId, note);
    };
    await world.late(ERRORS);
    expect(world.archivedSpans()).toHaveLength(42);
  });
});

describe('a note', () => {
  const note = {
    outcome: 'not_sampled' as const,
    earliest: 'a',
    fragmentCount: 20,
    lists: [],
    landmarks: [],
    landmarkVotes: [],
    vainLooks: 0,
    version: 1,
  };

  it.each([
    { what: 'of the policies in force', policies: 'new', replacedAtMs: [1, 2, 3], standing: 'current' },
    { what: 'of others', policies: 'old', standing: 'replaced' },
    { what: 'of others, after some changes', policies: 'old', replacedAtMs: [1], standing: 'replaced' },
    { what: 'of others, after many', policies: 'old', replacedAtMs: [1, 2], standing: 'disputed' },
    { what: 'of others, after many long ago', policies: 'old', replacedAtMs: [-9e5, 2], standing: 'replaced' },
    { what: 'of more than one', policies: MIXED_POLICIES, replacedAtMs: [1, 2], standing: 'disputed' },
  ])('$what is $standing', ({ policies, replacedAtMs, standing }) => {
    const one = { ...note, policies, ...(replacedAtMs && { replacedAtMs }) };
    expect(standingOfNote(one, 'new', 3, 2)).toBe(standing);
  });

  it('of version 0.1 counts as one of others', () => {
    expect(standingOfNote(note, 'new', 3, 2)).toBe('replaced');
  });

  it('says when it replaced those of others, as long as it matters', () => {
    expect(replacementsAfter(undefined, 'new', 10)).toEqual({});
    expect(replacementsAfter(note, 'new', 10)).toEqual({ replacedAtMs: [10] });
    expect(replacementsAfter({ ...note, policies: 'new' }, 'new', 10)).toEqual({});
    const before = { ...note, policies: 'old', replacedAtMs: [-9e5, 4] };
    expect(replacementsAfter(before, 'new', 10)).toEqual({ replacedAtMs: [4, 10] });
    expect(replacementsAfter({ ...before, policies: 'new' }, 'new', 10)).toEqual({ replacedAtMs: [4] });
  });
});
