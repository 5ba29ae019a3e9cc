import assert from 'node:assert/strict';
import { decodeWakeUp, encodeWakeUp, MalformedWakeUpError } from '../../../lib/aws/sqs/wake-up-message.ts';
import { inMessages, readFragments, writeFragments } from '../../../lib/sqlite/wake-up-text.ts';
import { type FuzzTarget, outcomeOf, textOf } from '../target.ts';

/** Small, so that a wake-up takes several messages. */
const MAX_BYTES = 200;

/** The body of a wake-up: what is read of it is the same when it is written, in one message or several, and read again. */
export const target: FuzzTarget = {
  fuzz: (data) => {
    const { value: message } = outcomeOf(() => decodeWakeUp(textOf(data)), MalformedWakeUpError);
    if (message === undefined) return;
    const { tenant, ...wakeUp } = message;
    for (const maxBytes of [undefined, MAX_BYTES]) {
      const bodies = encodeWakeUp(wakeUp, tenant === undefined ? {} : { tenant }, maxBytes).map(decodeWakeUp);
      const fragments = bodies.flatMap((body) => body.fragments);
      assert.deepStrictEqual(sorted(fragments), sorted(message.fragments));
      for (const body of bodies) assert.deepStrictEqual({ ...body, fragments: [] }, { ...message, fragments: [] });
    }
    for (const part of inMessages(wakeUp)) {
      const { fragments, isSuspect } = part;
      assert.deepStrictEqual(readFragments(writeFragments(part)), isSuspect ? { fragments, isSuspect } : { fragments });
    }
  },
  seeds: () => [
    '{"v":1,"due":1795262430000,"attempt":0,"traces":[["4bf92f3577b34da6a3ce929d0e0e4736","a3f0+/=-_","77b1"],["00f067aa0ba902b74bf92f3577b34da6","c2"]]}',
    '{"v":1,"due":0,"attempt":11,"tenant":"shop-1","reason":"because \\"x\\"","traces":[["4bf92f3577b34da6a3ce929d0e0e4736"]]}',
    '{"v":1,"due":0,"attempt":0,"suspect":true,"traces":[["4bf92f3577b34da6a3ce929d0e0e4736","77"]]}',
    '{"v":2}',
  ],
  words: ['"traces":[[', '"tenant":"', '"reason":"', '4bf92f3577b34da6a3ce929d0e0e4736', '"due":', '"attempt":'],
};

function sorted(fragments: readonly { readonly traceId: string; readonly hash: string }[]): readonly string[] {
  return fragments.map(({ traceId, hash }) => `${traceId} ${hash}`).toSorted();
}
