import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeWakeUp, encodeWakeUp, MalformedWakeUpError } from '../../../lib/aws/sqs/wake-up-message.ts';
import type { WakeUp } from '../../../lib/pipeline/ports.ts';

const one = '4bf92f3577b34da6a3ce929d0e0e4736';
const other = '00f067aa0ba902b74bf92f3577b34da6';

describe('encodeWakeUp', () => {
  it('writes compact JSON with the fragments of a trace together', () => {
    const wakeUp: WakeUp = {
      dueAtMs: 1_795_262_430_000,
      attempt: 2,
      fragments: [
        { traceId: one, hash: 'a3' },
        { traceId: other, hash: 'b4' },
        { traceId: one, hash: 'c5' },
      ],
    };
    expect(encodeWakeUp(wakeUp)).toEqual([
      `{"v":1,"due":1795262430000,"attempt":2,"traces":[["${one}","a3","c5"],["${other}","b4"]]}`,
    ]);
  });

  it('says when the fragments arrived, where that is known', () => {
    const wakeUp: WakeUp = { dueAtMs: 5, attempt: 0, receivedAtMs: 3, fragments: [{ traceId: one, hash: 'a3' }] };
    const body = `{"v":1,"due":5,"attempt":0,"received":3,"traces":[["${one}","a3"]]}`;
    expect(encodeWakeUp(wakeUp)).toEqual([body]);
    expect(decodeWakeUp(body)).toEqual(wakeUp);
    expect(() => decodeWakeUp(body.replace('3,', '"now",'))).toThrow('received must be a whole number');
  });

  it('has a version that earlier instances cannot read, when it restores traces', () => {
    const wakeUp: WakeUp = { dueAtMs: 5, attempt: 0, fragments: [{ traceId: one, hash: 'a3' }], restores: true };
    const body = `{"v":2,"due":5,"attempt":0,"restores":true,"traces":[["${one}","a3"]]}`;
    expect(encodeWakeUp(wakeUp)).toEqual([body]);
    expect(decodeWakeUp(body)).toEqual(wakeUp);
    expect(() => decodeWakeUp(body.replace('true', 'false'))).toThrow('restores must be true in version 2');
  });

  it('is ASCII whatever a reason quotes: SQS refuses some characters that JSON allows', () => {
    const reason = 'not "\uffff", \u0001, \ud800 or \u00e9';
    const wakeUp: WakeUp = { dueAtMs: 5, attempt: 0, fragments: [{ traceId: one, hash: 'a3' }], reason };
    const [body = ''] = encodeWakeUp(wakeUp);
    expect(body).toMatch(/^[\x20-\x7e]*$/);
    expect(decodeWakeUp(body).reason).toBe(reason);
  });

  it('names the tenant', () => {
    const wakeUp: WakeUp = { dueAtMs: 5, attempt: 0, fragments: [{ traceId: one, hash: 'a3' }] };
    expect(encodeWakeUp(wakeUp, { tenant: 'shop' })).toEqual([
      `{"v":1,"due":5,"attempt":0,"tenant":"shop","traces":[["${one}","a3"]]}`,
    ]);
  });

  it('says in a dead letter why it is one', () => {
    const wakeUp: WakeUp = { dueAtMs: 5, attempt: 0, fragments: [{ traceId: one, hash: 'a3' }], reason: 'too "large"' };
    const body = `{"v":1,"due":5,"attempt":0,"reason":"too \\"large\\"","traces":[["${one}","a3"]]}`;
    expect(encodeWakeUp(wakeUp)).toEqual([body]);
    expect(decodeWakeUp(body)).toEqual(wakeUp);
  });

  it('writes a message without fragments as one', () => {
    expect(encodeWakeUp({ dueAtMs: 5, attempt: 0, fragments: [] })).toEqual([
      '{"v":1,"due":5,"attempt":0,"traces":[]}',
    ]);
  });

  it('splits at 250 KB', () => {
    const fragments = Array.from({ length: 10_000 }, (_, index) => ({
      traceId: one,
      hash: String(index).padStart(24, '0'),
    }));
    // 75 bytes around them and 27 for each hash: 9,478 fit in 256,000 bytes.
    expect(
      encodeWakeUp({ dueAtMs: 5, attempt: 0, fragments }).map((body) => decodeWakeUp(body).fragments.length),
    ).toEqual([9478, 522]);
  });

  it('keeps every message within the limit, and fills it, and loses and repeats nothing', () => {
    const ref = fc.record({
      traceId: fc.constantFrom(one, other, 'f'.repeat(32)),
      hash: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 1, maxLength: 24 }),
    });
    const wakeUps = fc.record({
      dueAtMs: fc.maxSafeNat(),
      attempt: fc.nat(99),
      fragments: fc.uniqueArray(ref, { selector: ({ traceId, hash }) => traceId + hash, minLength: 1, maxLength: 60 }),
    });
    const tenants = fc.constantFrom(undefined, 'a', 'shop-eu');
    fc.assert(
      fc.property(wakeUps, tenants, fc.integer({ min: 200, max: 1_000 }), (wakeUp, tenant, maxBytes) => {
        const bodies = encodeWakeUp(wakeUp, { tenant }, maxBytes);
        const decoded = bodies.map(decodeWakeUp);
        expect(decoded.every((message) => message.tenant === tenant)).toBe(true);
        expect(
          decoded
            .flatMap(({ fragments }) => fragments)
            .map(nameOf)
            .sort(),
        ).toEqual(wakeUp.fragments.map(nameOf).sort());
        for (const part of decoded) expect(part).toMatchObject({ dueAtMs: wakeUp.dueAtMs, attempt: wakeUp.attempt });
        expect(Math.max(...bodies.map((body) => body.length))).toBeLessThanOrEqual(maxBytes);
        // No message but the last had room for one more trace with one more hash.
        expect(bodies.slice(0, -1).every((body) => body.length + 32 + 24 + 8 > maxBytes)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('decodeWakeUp', () => {
  it.each([
    { body: 'hello', message: 'wake-up message is not JSON: "hello"' },
    { body: '', message: 'is not JSON' },
    { body: 'null', message: 'must be an object, got null' },
    { body: '[]', message: 'v must be 1 or 2, got nothing' },
    { body: '{"v":3,"due":1,"attempt":0,"traces":[]}', message: 'v must be 1 or 2, got 3' },
    { body: '{"v":2,"due":1,"attempt":0,"traces":[]}', message: 'restores must be true in version 2, got nothing' },
    {
      body: '{"v":1,"due":"soon","attempt":0,"traces":[]}',
      message: 'due must be a whole number, not negative, got "soon"',
    },
    {
      body: '{"v":1,"due":1,"attempt":-1,"traces":[]}',
      message: 'attempt must be a whole number, not negative, got -1',
    },
    { body: '{"v":1,"due":1,"attempt":0}', message: 'traces must be an array, got nothing' },
    { body: '{"v":1,"due":1,"attempt":0,"traces":[7]}', message: 'traces[0] must be an array, got 7' },
    { body: '{"v":1,"due":1,"attempt":0,"traces":[[]]}', message: 'traces[0][0] must be a trace ID' },
    {
      body: `{"v":1,"due":1,"attempt":0,"traces":[["${one.toUpperCase()}","a"]]}`,
      message: 'traces[0][0] must be a trace ID of 32',
    },
    {
      body: `{"v":1,"due":1,"attempt":0,"traces":[["${one}","a",""]]}`,
      message: 'traces[0][2] must be the hash of a fragment, got ""',
    },
    { body: `"${'x'.repeat(500)}"`, message: `got "${'x'.repeat(79)}…` },
  ])('refuses $body', ({ body, message }) => {
    expect(() => decodeWakeUp(body)).toThrow(MalformedWakeUpError);
    expect(() => decodeWakeUp(body)).toThrow(message);
  });

  it('ignores keys that it does not know', () => {
    expect(decodeWakeUp('{"v":1,"due":1,"attempt":0,"traces":[],"more":true}')).toEqual({
      dueAtMs: 1,
      attempt: 0,
      fragments: [],
    });
  });
});

function nameOf({ traceId, hash }: { readonly traceId: string; readonly hash: string }): string {
  return `${traceId} ${hash}`;
}
