import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BUFFER_TTL_MS, RECORD_EXTRA_TTL_MS } from '../../lib/pipeline/adapter-rules.ts';
import type { ArrivalLog } from '../../lib/pipeline/explain/ports.ts';
import {
  type BufferedFragment,
  type DecisionRecord,
  type LookNote,
  MAX_LISTED_HASHES,
  type SpanBuffer,
} from '../../lib/pipeline/ports.ts';
import type { ManualClock } from '../support/manual-clock.ts';

export interface SpanBufferHarness {
  /** Keeps fragments for {@link DEFAULT_BUFFER_TTL_MS} by {@link clock}. */
  readonly buffer: SpanBuffer & ArrivalLog;
  readonly clock: ManualClock;
}

/** What ports.ts promises of a span buffer. `create` may share storage between cases: each uses trace IDs of its own. */
export function describeSpanBuffer(name: string, create: () => SpanBufferHarness): void {
  describe(`${name} as a span buffer`, () => {
    describeNotes(create);
    describeNamedFragments(create);
    describeLists(create);

    describe('fragments', () => {
      it('reads nothing of a trace that was never written', async () => {
        const { buffer } = create();
        expect(await buffer.read(newTraceId())).toEqual({ decision: undefined, fragments: [] });
      });

      it('reads back what was appended, in arrival order, then by hash', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        const now = clock.now();
        const first = fragment(traceId, 'ff', now - 2);
        const second = fragment(traceId, '0a', now - 1);
        const third = fragment(traceId, '0b', now - 1);
        const fourth = fragment(traceId, '00', now);
        await buffer.append([fourth, third]);
        await buffer.append([second, first]);
        expect(await read(buffer, traceId)).toEqual([first, second, third, fourth]);
      });

      it('keeps traces apart', async () => {
        const { buffer, clock } = create();
        const [one, other] = [newTraceId(), newTraceId()];
        await buffer.append([fragment(one, 'aa', clock.now()), fragment(other, 'bb', clock.now())]);
        expect((await read(buffer, one)).map(({ hash }) => hash)).toEqual(['aa']);
        expect((await read(buffer, other)).map(({ hash }) => hash)).toEqual(['bb']);
      });

      it('takes an empty list', async () => {
        await create().buffer.append([]);
      });

      it('keeps one of a fragment that is appended twice', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        const sent = fragment(traceId, 'aa', clock.now());
        await buffer.append([sent]);
        await buffer.append([sent]);
        expect(await read(buffer, traceId)).toEqual([sent]);
      });

      it('keeps one of a fragment that is twice in one append', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        const sent = fragment(traceId, 'aa', clock.now());
        await buffer.append([sent, { ...sent }]);
        expect(await read(buffer, traceId)).toEqual([sent]);
      });

      it('takes many fragments of many traces at once', async () => {
        const { buffer, clock } = create();
        const traceIds = Array.from({ length: 30 }, newTraceId);
        const sent = traceIds.flatMap((traceId) =>
          ['aa', 'bb', 'cc', 'dd'].map((hash) => fragment(traceId, hash, clock.now())),
        );
        await buffer.append(sent);
        const found = await Promise.all(traceIds.map((traceId) => read(buffer, traceId)));
        expect(found.flat()).toEqual(sent);
      });

      it.each([
        { what: 'no bytes', payload: new Uint8Array(0) },
        { what: 'one byte', payload: Uint8Array.of(7) },
        { what: 'what fits in a write unit', payload: bytes(600) },
        { what: 'text of several write units', payload: new Uint8Array(5_000).fill(97) },
        { what: 'noise of several write units', payload: bytes(5_000) },
        { what: 'noise around the limit of an item', payload: bytes(8 * 1024) },
        { what: 'noise over it', payload: bytes(40_000) },
        { what: 'noise over the 400 KB of a DynamoDB item', payload: bytes(600_000) },
        { what: 'megabytes that compress well', payload: new Uint8Array(3_000_000).fill(97) },
      ])('keeps the bytes of a payload: $what', async ({ payload }) => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        await buffer.append([{ ...fragment(traceId, 'aa', clock.now()), payload }]);
        const [found] = await read(buffer, traceId);
        expect(Buffer.compare(found?.payload ?? bytes(1), payload)).toBe(0);
      });

      it('does not look at the payload after append has returned', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        const payload = Uint8Array.of(1, 2, 3);
        await buffer.append([{ ...fragment(traceId, 'aa', clock.now()), payload }]);
        payload.fill(0);
        expect((await read(buffer, traceId))[0]?.payload).toEqual(Uint8Array.of(1, 2, 3));
      });

      it('has read each payload when append returns, however many and large they are: the caller frees their memory', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        const sizes = [10, 700_000, ...Array.from({ length: 30 }, () => 60_000)];
        const sent = sizes.map((size, index) => ({
          ...fragment(traceId, String(index).padStart(4, '0'), clock.now()),
          payload: bytes(size),
        }));
        const memory = new Uint8Array(sizes.reduce((sum, size) => sum + size));
        let end = memory.length;
        const lent = sent.map((one) => {
          end -= one.payload.length;
          memory.set(one.payload, end);
          return { ...one, payload: memory.subarray(end, end + one.payload.length) };
        });
        await buffer.append(lent);
        memory.buffer.transfer(0);
        const found = await read(buffer, traceId);
        expect(found.map(({ payload }) => payload.length)).toEqual(sizes);
        expect(
          found.every(({ payload }, index) => Buffer.compare(payload, sent[index]?.payload ?? bytes(1)) === 0),
        ).toBe(true);
      });

      it('reads a trace of more than one page (1 MB)', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        const sent = Array.from({ length: 200 }, (_, index) => ({
          ...fragment(traceId, String(index).padStart(4, '0'), clock.now()),
          payload: bytes(8_000),
        }));
        await buffer.append(sent);
        const found = await read(buffer, traceId);
        expect(found.map(({ hash }) => hash)).toEqual(sent.map(({ hash }) => hash));
        expect(
          found.every(({ payload }, index) => Buffer.compare(payload, sent[index]?.payload ?? bytes(1)) === 0),
        ).toBe(true);
      });
    });

    it('takes a record for the successor of one of its own kind alone: versions begin anew when a note has expired', async () => {
      const { buffer, clock } = create();
      const traceId = newTraceId();
      const claim = { key: 'K', fragments: ['aa'], claimedAtMs: clock.now(), firstSeq: 0, lineCount: 1 };
      const decision = { policy: 'p', adjustedCount: 1, partition: 'dt=2026-11-21/hour=12', claims: [claim] };
      const note = { outcome: 'not_sampled' as const, earliest: 'aa', fragmentCount: 1, lists: [], landmarks: [] };
      const noteAt = (version: number) => ({ ...note, landmarkVotes: [], vainLooks: 0, version });
      expect(await buffer.record(traceId, noteAt(1))).toBe('recorded');
      expect(await buffer.record(traceId, { ...decision, version: 2 }, 'decision')).toBe('conflict');
      clock.advance(DEFAULT_BUFFER_TTL_MS + 1_000);
      expect(await buffer.record(traceId, { ...decision, version: 1 }, 'note')).toBe('recorded');
      expect(await buffer.record(traceId, { ...decision, version: 2 }, 'note')).toBe('conflict');
      expect(await buffer.record(traceId, noteAt(2), 'note')).toBe('conflict');
      expect(await buffer.record(traceId, { ...decision, version: 2 }, 'decision')).toBe('recorded');
    });

    describe('arrivals', () => {
      it('are the fragments of the trace without their spans, in arrival order', async () => {
        const { buffer, clock } = create();
        const [traceId, other] = [newTraceId(), newTraceId()];
        const now = clock.now();
        await buffer.append([fragment(traceId, 'bb', now), fragment(other, 'cc', now)]);
        await buffer.append([fragment(traceId, 'aa', now - 1)]);
        await buffer.append([fragment(traceId, 'bb', now)]);
        expect(await buffer.arrivals(traceId)).toEqual([
          { hash: 'aa', receivedAtMs: now - 1, spanCount: fragment(traceId, 'aa', now).spanCount },
          { hash: 'bb', receivedAtMs: now, spanCount: fragment(traceId, 'bb', now).spanCount },
        ]);
        expect(await buffer.arrivals(newTraceId())).toEqual([]);
      });

      it('are there after they have expired, until they are deleted', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        await buffer.append([fragment(traceId, 'aa', clock.now())]);
        clock.advance(DEFAULT_BUFFER_TTL_MS + 60_000);
        expect(await read(buffer, traceId)).toEqual([]);
        expect((await buffer.arrivals(traceId)).map(({ hash }) => hash)).toEqual(['aa']);
      });
    });

    describe('expiry', () => {
      it('shows a fragment until its time is over, and not a moment longer', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        const receivedAtMs = clock.now();
        await buffer.append([fragment(traceId, 'aa', receivedAtMs)]);
        clock.set(receivedAtMs + DEFAULT_BUFFER_TTL_MS - 1);
        expect(await read(buffer, traceId)).toHaveLength(1);
        clock.set(receivedAtMs + DEFAULT_BUFFER_TTL_MS);
        expect(await read(buffer, traceId)).toHaveLength(0);
      });

      it('gives a fragment a new life when it is resent', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        await buffer.append([fragment(traceId, 'aa', clock.now())]);
        clock.advance(DEFAULT_BUFFER_TTL_MS);
        const resent = fragment(traceId, 'aa', clock.now());
        await buffer.append([resent]);
        expect(await read(buffer, traceId)).toEqual([resent]);
      });

      it('shows a decision record seven days longer than fragments', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        const recordedAtMs = clock.now();
        await buffer.append([fragment(traceId, 'aa', recordedAtMs)]);
        await buffer.record(traceId, decisionRecord({ version: 1 }));
        clock.set(recordedAtMs + DEFAULT_BUFFER_TTL_MS + RECORD_EXTRA_TTL_MS - 1);
        expect(await buffer.read(traceId)).toEqual({ decision: decisionRecord({ version: 1 }), fragments: [] });
        clock.set(recordedAtMs + DEFAULT_BUFFER_TTL_MS + RECORD_EXTRA_TTL_MS);
        expect(await buffer.read(traceId)).toEqual({ decision: undefined, fragments: [] });
      });

      it('counts an expired decision record as none when it is written', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        await buffer.record(traceId, decisionRecord({ version: 1 }));
        clock.advance(DEFAULT_BUFFER_TTL_MS + RECORD_EXTRA_TTL_MS);
        expect(await buffer.record(traceId, decisionRecord({ version: 2 }))).toBe('conflict');
        expect(await buffer.record(traceId, decisionRecord({ version: 1, policy: 'anew' }))).toBe('recorded');
        expect((await buffer.read(traceId)).decision?.policy).toBe('anew');
      });

      it('starts the life of a decision record again at each write', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        await buffer.record(traceId, decisionRecord({ version: 1 }));
        clock.advance(DEFAULT_BUFFER_TTL_MS);
        await buffer.record(traceId, decisionRecord({ version: 2 }));
        clock.advance(RECORD_EXTRA_TTL_MS);
        expect((await buffer.read(traceId)).decision?.version).toBe(2);
      });
    });

    describe('decision records', () => {
      it.each([
        { what: 'a known weight', record: decisionRecord({ version: 1, adjustedCount: 2.5 }) },
        { what: 'no known weight', record: decisionRecord({ version: 1, adjustedCount: null }) },
        { what: 'a threshold', record: decisionRecord({ version: 1, threshold: 'e6666666666666' }) },
        { what: 'a threshold to take away', record: decisionRecord({ version: 1, threshold: null }) },
        { what: 'no claim', record: decisionRecord({ version: 1, claims: [] }) },
        {
          what: 'several claims, one without fragments',
          record: decisionRecord({
            version: 1,
            claims: [
              { key: 'traces/a', fragments: ['b', 'a'], claimedAtMs: 1_795_262_400_123, firstSeq: 0, lineCount: 2 },
              { key: 'traces/b', fragments: [], claimedAtMs: 1_795_262_400_124, firstSeq: 2, lineCount: 0 },
            ],
          }),
        },
        {
          what: 'claims that name lists',
          record: decisionRecord({
            version: 1,
            claims: [
              { key: 'k', fragments: ['b'], lists: ['one', 'two'], claimedAtMs: 1, firstSeq: 0, lineCount: 2 },
              { key: 'l', fragments: ['c'], claimedAtMs: 2, firstSeq: 2, lineCount: 1 },
            ],
          }),
        },
        { what: 'a policy name beyond ASCII', record: decisionRecord({ version: 1, policy: 'größer als 5 s ✓' }) },
      ])('reads back a record with $what', async ({ record }) => {
        const { buffer } = create();
        const traceId = newTraceId();
        expect(await buffer.record(traceId, record)).toBe('recorded');
        expect(await buffer.read(traceId)).toEqual({ decision: record, fragments: [] });
      });

      it('replaces a record by its next version', async () => {
        const { buffer } = create();
        const traceId = newTraceId();
        await buffer.record(traceId, decisionRecord({ version: 1 }));
        const next = decisionRecord({ version: 2, policy: 'next' });
        expect(await buffer.record(traceId, next)).toBe('recorded');
        expect((await buffer.read(traceId)).decision).toEqual(next);
      });

      it.each([
        { when: 'there is none and it is not the first', stored: undefined, written: 2 },
        { when: 'the same version is there', stored: 1, written: 1 },
        { when: 'a version is left out', stored: 1, written: 3 },
      ])('answers conflict and changes nothing when $when', async ({ stored, written }) => {
        const { buffer } = create();
        const traceId = newTraceId();
        const before = stored === undefined ? undefined : decisionRecord({ version: stored });
        if (before !== undefined) await buffer.record(traceId, before);
        expect(await buffer.record(traceId, decisionRecord({ version: written, policy: 'other' }))).toBe('conflict');
        expect((await buffer.read(traceId)).decision).toEqual(before);
      });

      it('lets one of fifty writers of the same version win', async () => {
        const { buffer } = create();
        const traceId = newTraceId();
        for (const version of [1, 2]) {
          const writers = Array.from({ length: 50 }, (_, index) =>
            decisionRecord({ version, policy: `writer ${index}` }),
          );
          const answers = await Promise.all(writers.map((record) => buffer.record(traceId, record)));
          expect(answers.filter((answer) => answer === 'recorded')).toHaveLength(1);
          expect((await buffer.read(traceId)).decision).toEqual(writers[answers.indexOf('recorded')]);
        }
      });

      it('is read again with the fragments that are known, and with new ones', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        const spilled = { ...fragment(traceId, 'aa', clock.now()), payload: bytes(40_000) };
        await buffer.append([spilled]);
        const known = await read(buffer, traceId);
        const late = fragment(traceId, 'bb', clock.now());
        await buffer.append([late]);
        const again = (await buffer.read(traceId, { known })).fragments;
        expect(again).toEqual([spilled, late]);
        expect(again[0]?.payload, 'not fetched again').toBe(known[0]?.payload);
      });

      it('is not read beyond the limit that is asked for, in fragments, spans and bytes', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        // Of 300 and 40,000 bytes, which compress well, and of 500 which do not.
        const payloads = [new Uint8Array(300), new Uint8Array(40_000), bytes(500)];
        await buffer.append(
          payloads.map((payload, i) => ({ ...fragment(traceId, `a${i}`, clock.now()), payload, spanCount: 2 })),
        );
        await buffer.record(traceId, decisionRecord({ version: 1 }));
        const whole = { fragments: 3, spans: 6, bytes: 40_800 };
        expect((await buffer.read(traceId, { limit: whole })).fragments).toHaveLength(3);
        for (const what of ['fragments', 'spans', 'bytes'] as const) {
          const limit = { ...whole, [what]: whole[what] - 1 };
          const reading = buffer.read(traceId, { limit });
          await expect(reading).rejects.toMatchObject({
            name: 'TraceTooLargeError',
            message: `trace ${traceId} has more than ${limit[what]} ${what} in the buffer`,
            decision: decisionRecord({ version: 1 }),
          });
        }
      });

      it('is read alone when the trace has more fragments than are asked for', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        const decision = decisionRecord({ version: 1 });
        const sent = Array.from({ length: 40 }, (_, i) => fragment(traceId, String(i).padStart(2, '0'), clock.now()));
        await buffer.append(sent.slice(0, 17));
        expect((await buffer.read(traceId, { wholeUpTo: 16 })).fragments, 'no record').toEqual(sent.slice(0, 17));
        await buffer.append(sent);
        expect((await buffer.read(traceId, { wholeUpTo: 16 })).fragments, 'no record').toEqual(sent);
        await buffer.record(traceId, decision);
        for (const wholeUpTo of [0, 16, 39]) {
          const read = await buffer.read(traceId, { wholeUpTo });
          expect(read).toEqual({ decision, fragments: [], isRecordOnly: true });
        }
        const whole = await buffer.read(traceId, { wholeUpTo: 40 });
        expect(whole).toEqual({ decision, fragments: sent });
        const limit = { fragments: 20, spans: 1_000, bytes: 1_000_000 };
        expect((await buffer.read(traceId, { wholeUpTo: 16, limit })).isRecordOnly, 'nothing is over the limit').toBe(
          true,
        );
      });

      it('is read with as many live fragments as are asked for, however many have expired', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        const old = Array.from({ length: 30 }, (_, i) => fragment(traceId, `a${i}`, clock.now()));
        await buffer.append(old);
        clock.advance(DEFAULT_BUFFER_TTL_MS);
        const live = fragment(traceId, 'bb', clock.now());
        await buffer.append([live]);
        const decision = decisionRecord({ version: 1 });
        await buffer.record(traceId, decision);
        expect(await buffer.read(traceId, { wholeUpTo: 1 })).toEqual({ decision, fragments: [live] });
        expect((await buffer.read(traceId, { wholeUpTo: 0 })).isRecordOnly).toBe(true);
      });

      it('leaves fragments alone, and they leave it alone', async () => {
        const { buffer, clock } = create();
        const traceId = newTraceId();
        const early = fragment(traceId, 'aa', clock.now());
        const late = fragment(traceId, 'bb', clock.now());
        await buffer.append([early]);
        await buffer.record(traceId, decisionRecord({ version: 1 }));
        await buffer.append([late]);
        expect(await buffer.read(traceId)).toEqual({
          decision: decisionRecord({ version: 1 }),
          fragments: [early, late],
        });
      });
    });
  });
}

function describeNotes(create: () => SpanBufferHarness): void {
  describe('notes', () => {
    it.each([
      { what: 'everything', note: lookNote({ version: 1 }) },
      { what: 'nothing in its lists', note: lookNote({ version: 1, lists: [], landmarks: [], landmarkVotes: [] }) },
      {
        what: 'names beyond ASCII, with spaces',
        note: lookNote({ version: 1, landmarkVotes: ['größer als 5 s ✓', 'b'] }),
      },
      { what: 'no policies, as of version 0.1', note: noteOfBefore() },
    ])('read back one with $what', async ({ note }) => {
      const { buffer, clock } = create();
      const traceId = newTraceId();
      await buffer.append([fragment(traceId, 'aa', clock.now())]);
      expect(await buffer.record(traceId, note)).toBe('recorded');
      const read = await buffer.read(traceId);
      expect(read).toEqual({ decision: undefined, note, fragments: [fragment(traceId, 'aa', clock.now())] });
      expect(await buffer.read(traceId, { wholeUpTo: 0 })).toEqual({ note, fragments: [], isRecordOnly: true });
    });

    it('and decisions follow one another by version, whichever was first', async () => {
      const { buffer } = create();
      const traceId = newTraceId();
      expect(await buffer.record(traceId, lookNote({ version: 1 }))).toBe('recorded');
      expect(await buffer.record(traceId, decisionRecord({ version: 1 }))).toBe('conflict');
      expect(await buffer.record(traceId, lookNote({ version: 1 }))).toBe('conflict');
      expect(await buffer.record(traceId, lookNote({ version: 2, fragmentCount: 30 }))).toBe('recorded');
      expect(await buffer.record(traceId, decisionRecord({ version: 3 }))).toBe('recorded');
      expect(await buffer.record(traceId, lookNote({ version: 3 }))).toBe('conflict');
      expect(await buffer.read(traceId)).toEqual({ decision: decisionRecord({ version: 3 }), fragments: [] });
    });

    it('live as long as fragments, from their last write', async () => {
      const { buffer, clock } = create();
      const traceId = newTraceId();
      await buffer.record(traceId, lookNote({ version: 1 }));
      clock.advance(DEFAULT_BUFFER_TTL_MS - 1_000);
      expect((await buffer.read(traceId)).note).toEqual(lookNote({ version: 1 }));
      await buffer.record(traceId, lookNote({ version: 2 }));
      clock.advance(DEFAULT_BUFFER_TTL_MS - 1_000);
      expect((await buffer.read(traceId)).note).toEqual(lookNote({ version: 2 }));
      clock.advance(1_000);
      expect((await buffer.read(traceId)).note).toBe(undefined);
      expect(await buffer.record(traceId, decisionRecord({ version: 1 }))).toBe('recorded');
    });
  });
}

function describeNamedFragments(create: () => SpanBufferHarness): void {
  describe('fragments by name', () => {
    it('are those that are there, in arrival order, each once', async () => {
      const { buffer, clock } = create();
      const traceId = newTraceId();
      const sent = Array.from({ length: 250 }, (_, i) => ({
        ...fragment(traceId, String(999 - i), clock.now() + (i % 7)),
        payload: bytes(i % 50 === 0 ? 9_000 : 500),
      }));
      await buffer.append(sent);
      await buffer.record(traceId, decisionRecord({ version: 1 }));
      const hashes = sent.map(({ hash }) => hash);
      const all = (await buffer.read(traceId)).fragments;
      expect(await buffer.readFragments(traceId, [...hashes, ...hashes, 'not there'])).toEqual(all);
      const some = hashes.slice(20, 45);
      const expected = all.filter(({ hash }) => some.includes(hash));
      expect(await buffer.readFragments(traceId, some)).toEqual(expected);
      expect(await buffer.readFragments(traceId, [])).toEqual([]);
      expect(await buffer.readFragments(newTraceId(), some)).toEqual([]);
    });

    it('leave out what has expired', async () => {
      const { buffer, clock } = create();
      const traceId = newTraceId();
      await buffer.append([fragment(traceId, 'aa', clock.now()), fragment(traceId, 'bb', clock.now() + 1)]);
      clock.advance(DEFAULT_BUFFER_TTL_MS);
      expect((await buffer.readFragments(traceId, ['aa', 'bb'])).map(({ hash }) => hash)).toEqual(['bb']);
    });

    it('are not read beyond the limit that is asked for', async () => {
      const { buffer, clock } = create();
      const traceId = newTraceId();
      const names = ['aa', 'bb'];
      const payload = new Uint8Array(40_000);
      await buffer.append([...names, 'cc'].map((hash) => ({ ...fragment(traceId, hash, clock.now()), payload })));
      const whole = { fragments: 2, spans: 6, bytes: 80_000 };
      expect(await buffer.readFragments(traceId, names, whole)).toHaveLength(2);
      for (const what of ['fragments', 'spans', 'bytes'] as const) {
        const limit = { ...whole, [what]: whole[what] - 1 };
        await expect(buffer.readFragments(traceId, names, limit)).rejects.toMatchObject({
          name: 'TraceTooLargeError',
          message: `trace ${traceId} has more than ${limit[what]} ${what} in the buffer`,
        });
      }
    });
  });
}

function describeLists(create: () => SpanBufferHarness): void {
  describe('lists', () => {
    it('are read back by name, apart from everything else', async () => {
      const { buffer, clock } = create();
      const traceId = newTraceId();
      await buffer.writeList(traceId, 'one.1', ['b', 'a', 'c']);
      await buffer.writeList(traceId, 'one.2', []);
      await buffer.writeList(traceId, 'one.1', ['b', 'a', 'c']);
      expect(await buffer.readList(traceId, 'one.1')).toEqual(['b', 'a', 'c']);
      expect(await buffer.readList(traceId, 'one.2')).toEqual([]);
      expect(await buffer.readList(traceId, 'one')).toBe(undefined);
      expect(await buffer.readList(newTraceId(), 'one.1')).toBe(undefined);
      const sent = fragment(traceId, 'aa', clock.now());
      await buffer.append([sent]);
      expect(await buffer.read(traceId)).toEqual({ decision: undefined, fragments: [sent] });
    });

    it('can be as long as is promised', async () => {
      const { buffer } = create();
      const traceId = newTraceId();
      const hashes = Array.from({ length: MAX_LISTED_HASHES }, () => randomBytes(12).toString('base64url'));
      await buffer.writeList(traceId, 'long', hashes);
      expect(await buffer.readList(traceId, 'long')).toEqual(hashes);
    });

    it('live as long as a decision that is written with them', async () => {
      const { buffer, clock } = create();
      const traceId = newTraceId();
      await buffer.writeList(traceId, 'one', ['aa']);
      clock.advance(DEFAULT_BUFFER_TTL_MS + RECORD_EXTRA_TTL_MS - 1);
      expect(await buffer.readList(traceId, 'one')).toEqual(['aa']);
      clock.advance(1);
      expect(await buffer.readList(traceId, 'one')).toBe(undefined);
    });
  });
}

function newTraceId(): string {
  return randomBytes(16).toString('hex');
}

/** Noise: it does not compress. */
function bytes(length: number): Uint8Array {
  return Uint8Array.from(randomBytes(length));
}

function fragment(traceId: string, hash: string, receivedAtMs: number): BufferedFragment {
  return {
    traceId,
    hash,
    receivedAtMs,
    spanCount: 3,
    payload: new TextEncoder().encode(`payload of ${traceId} ${hash}`),
  };
}

async function read(buffer: SpanBuffer, traceId: string): Promise<readonly BufferedFragment[]> {
  return (await buffer.read(traceId)).fragments;
}

function decisionRecord(changes: Partial<DecisionRecord> & { readonly version: number }): DecisionRecord {
  return {
    policy: 'errors',
    adjustedCount: 1,
    partition: 'dt=2026-11-21/hour=12',
    claims: [{ key: 'traces/k', fragments: ['aa'], claimedAtMs: 1_795_262_400_000, firstSeq: 0, lineCount: 1 }],
    ...changes,
  };
}

function lookNote(changes: Partial<LookNote> & { readonly version: number }): LookNote {
  return {
    outcome: 'not_sampled',
    earliest: 'aa',
    fragmentCount: 20,
    lists: ['one', 'two'],
    landmarks: ['aa', 'bb'],
    landmarkVotes: ['slow'],
    vainLooks: 3,
    policies: '0123456789abcdef',
    replacedAtMs: [1_000, 2_000],
    ...changes,
  };
}

function noteOfBefore(): LookNote {
  const { policies, replacedAtMs, ...note } = lookNote({ version: 1 });
  return note;
}
