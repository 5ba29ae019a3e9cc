import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MalformedOtlpError } from '../../lib/otlp/errors.ts';
import { RejectedSpans } from '../../lib/otlp/rejected-spans.ts';
import { ingest } from '../../lib/pipeline/ingest.ts';
import type { BufferedFragment, DelayedWakeUp, SpanBuffer, WakeUpQueue } from '../../lib/pipeline/ports.ts';
import { UnavailableError } from '../../lib/pipeline/ports.ts';
import { exportRequest, traceIdOf } from '../support/export-request.ts';
import { ManualClock } from '../support/manual-clock.ts';

const WAITS = { decisionWaitMs: 30_000, decisionWaitAfterRootReceivedMs: undefined };
const REQUEST = exportRequest([
  { trace: 'a', span: 'a1' },
  { trace: 'b', span: 'b1' },
  { trace: 'a', span: 'a2', parent: 'a1' },
]);

/** Ports that record what they are asked, in order; a broken one has done nothing. */
function setUp(broken?: 'append' | 'send') {
  const clock = new ManualClock();
  const calls: string[] = [];
  const fragments: BufferedFragment[] = [];
  const sent: DelayedWakeUp[] = [];
  const call = async (name: 'append' | 'send', act: () => void) => {
    calls.push(name);
    if (name === broken) throw new UnavailableError(`${name} is down`);
    act();
  };
  const buffer: SpanBuffer = {
    append: (appended) =>
      call('append', () => {
        fragments.push(...appended.map((fragment) => ({ ...fragment, payload: fragment.payload.slice() })));
      }),
    read: () => Promise.reject(new Error('ingest reads nothing')),
    readFragments: () => Promise.reject(new Error('ingest reads nothing')),
    record: () => Promise.reject(new Error('ingest records nothing')),
    writeList: () => Promise.reject(new Error('ingest records nothing')),
    readList: () => Promise.reject(new Error('ingest reads nothing')),
  };
  const wakeUps: WakeUpQueue = {
    send: (delayed) => call('send', () => sent.push(...delayed)),
    sendToDeadLetters: () => Promise.reject(new Error('ingest has no dead letters')),
  };
  const deps = { buffer, wakeUps, clock, hashFragment: (payload: Uint8Array) => `${payload.length}` };
  return { clock, calls, fragments, sent, deps };
}

describe('an export request', () => {
  it('becomes one fragment for each trace, then one wake-up that names them', async () => {
    const { clock, calls, fragments, sent, deps } = setUp();
    expect(await ingest({ protobuf: REQUEST }, deps, WAITS)).toEqual({
      acceptedSpanCount: 3,
      fragmentCount: 2,
      rejectedSpanCount: 0,
      errorMessage: undefined,
    });
    expect(calls).toEqual(['append', 'send']);
    expect(fragments).toMatchObject([
      { traceId: traceIdOf('a'), spanCount: 2, receivedAtMs: clock.now() },
      { traceId: traceIdOf('b'), spanCount: 1, receivedAtMs: clock.now() },
    ]);
    const named = fragments.map(({ traceId, payload }) => ({ traceId, hash: `${payload.length}` }));
    const wakeUp = { dueAtMs: clock.now() + 30_000, attempt: 0, receivedAtMs: clock.now(), fragments: named };
    expect(sent).toEqual([{ wakeUp, delaySeconds: 30 }]);
  });

  it('sends no wake-up unless every fragment is durable', async () => {
    const { calls, sent, deps } = setUp('append');
    await expect(ingest({ protobuf: REQUEST }, deps, WAITS)).rejects.toThrow(UnavailableError);
    expect([calls, sent]).toEqual([['append'], []]);
  });

  it('is not accepted unless its wake-up is sent', async () => {
    const { calls, deps } = setUp('send');
    await expect(ingest({ protobuf: REQUEST }, deps, WAITS)).rejects.toThrow('send is down');
    expect(calls).toEqual(['append', 'send']);
  });

  it('gives the memory of its fragments back when they are stored, and not before', async () => {
    const { deps } = setUp();
    const payloads: Uint8Array[] = [];
    const append = async (fragments: readonly BufferedFragment[]) => {
      payloads.push(...fragments.map(({ payload }) => payload));
      await setImmediate();
      expect(payloads.map(({ length }) => length)).toEqual([168, 97]);
    };
    await ingest({ protobuf: REQUEST }, { ...deps, buffer: { ...deps.buffer, append } }, WAITS);
    expect(payloads.map(({ length }) => length)).toEqual([0, 0]);
    expect(REQUEST.length).toBeGreaterThan(0);
  });

  it('leaves the memory of fragments alone when storing one of them fails, as others may still be written', async () => {
    const { deps } = setUp();
    let late: Promise<string> | undefined;
    const append = async (fragments: readonly BufferedFragment[]) => {
      late = setImmediate().then(() => fragments.map(({ payload }) => deps.hashFragment(payload)).join());
      throw new UnavailableError('one of them is late');
    };
    const ingesting = ingest({ protobuf: REQUEST }, { ...deps, buffer: { ...deps.buffer, append } }, WAITS);
    await expect(ingesting).rejects.toThrow(UnavailableError);
    expect(await late).toBe('168,97');
  });

  it('that cannot be read writes nothing', async () => {
    const { calls, deps } = setUp();
    await expect(ingest({ protobuf: new Uint8Array([0x0a, 0x05]) }, deps, WAITS)).rejects.toThrow(MalformedOtlpError);
    expect(calls).toEqual([]);
  });

  it('without spans writes nothing, and reports the spans rejected before', async () => {
    const { calls, deps } = setUp();
    const rejected = new RejectedSpans();
    rejected.add('span_id');
    const result = await ingest({ protobuf: new Uint8Array(), rejected }, deps, WAITS);
    expect([result.acceptedSpanCount, result.rejectedSpanCount, calls]).toEqual([0, 1, []]);
    expect(result.errorMessage).toContain('with an invalid span_id');
  });
});
