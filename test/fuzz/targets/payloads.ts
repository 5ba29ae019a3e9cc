import assert from 'node:assert/strict';
import {
  decodePayload,
  dictionaryIdOf,
  encodeDeflated,
  encodeRaw,
  encodeTrained,
  UnreadablePayloadError,
} from '../../../lib/aws/dynamodb/fragment-payload.ts';
import { dictionaryId } from '../../../lib/aws/dynamodb/trained-dictionary.ts';
import { messageFrom } from '../shape.ts';
import { FULL_SPAN, SHAPES } from '../shapes.ts';
import { type FuzzTarget, outcomeOf } from '../target.ts';

const MAX_BYTES = 100_000;
const TRAINED = messageFrom(Uint8Array.from(FULL_SPAN), 'Span');
const DICTIONARY = { id: dictionaryId(TRAINED, 1_795_262_430_000), bytes: TRAINED };

/** Stored payloads: any bytes are refused or bounded, and what is written is read again, whatever its codec. */
export const target: FuzzTarget = {
  // Node.js frees what zlib took for a failed call when the event loop goes on.
  fuzz: async (data) => {
    const decode = () => decodePayload(data, MAX_BYTES, dictionaryIdOf(data) === undefined ? undefined : TRAINED);
    const { value } = outcomeOf(decode, UnreadablePayloadError);
    assert.ok((value?.length ?? 0) <= MAX_BYTES);
    const ways = [encodeRaw(data), encodeDeflated(data), encodeTrained(data, DICTIONARY, 'best')];
    for (const [codec, stored] of ways.entries()) {
      assert.equal(stored[0], codec);
      assert.equal(dictionaryIdOf(stored), codec === 2 ? DICTIONARY.id : undefined);
      const again = decodePayload(stored, data.length, TRAINED);
      // The smallest limit of zlib is 1.
      if (data.length > 0 || codec === 0) assert.deepStrictEqual(again, data);
    }
  },
  isAsync: true,
  seeds: () => {
    const payloads = SHAPES.map((shape) => messageFrom(shape, 'ExportTraceServiceRequest'));
    const zeros = new Uint8Array(MAX_BYTES + 1);
    return [...payloads, zeros].flatMap((payload) => [
      ...(payload.length < MAX_BYTES ? [encodeRaw(payload)] : []),
      encodeDeflated(payload),
      encodeTrained(payload, DICTIONARY),
    ]);
  },
};
