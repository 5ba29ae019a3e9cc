import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { corpusOf } from '../../../bench/corpora.ts';
import { DICTIONARY_V1 } from '../../../lib/aws/dynamodb/dictionary-v1.ts';
import { encodeDeflated } from '../../../lib/aws/dynamodb/fragment-payload.ts';
import { regroup } from '../../../lib/otlp/regroup/regroup.ts';
import { opentelemetry } from '../../../proto/generated/otlp.js';

const { ResourceSpans } = opentelemetry.proto.trace.v1;

describe('dictionary v1', () => {
  it('never changes, because stored fragments can be read with exactly these bytes only', () => {
    expect(createHash('sha256').update(DICTIONARY_V1).digest('hex')).toBe(
      'b19a113f4af32e9950ad26c9e3e8b516d49a35dfb5dc7fc7b4a553cf1027f39c',
    );
  });

  it('frames attributes as protobuf does', () => {
    const key = 'http.request.method';
    const span = { attributes: [{ key, value: { stringValue: 'GET' } }] };
    const encoded = ResourceSpans.encode({ scopeSpans: [{ spans: [span] }] }).finish();
    // Field 9 of Span, from its tag on.
    const attribute = Buffer.from(encoded).subarray(encoded.indexOf(0x4a));
    expect(Buffer.from(DICTIONARY_V1).includes(attribute)).toBe(true);
  });

  it.each(['gateway', 'pod'] as const)('makes the fragments of %s requests at least 2.7 times smaller', (corpus) => {
    const payloads = corpusOf(corpus, 1024).flatMap(({ protobuf }) =>
      regroup(protobuf).fragments.map(({ payload }) => payload),
    );
    const raw = payloads.reduce((sum, payload) => sum + payload.length, 0);
    const stored = payloads.reduce((sum, payload) => sum + encodeDeflated(payload).length, 0);
    expect(raw / stored).toBeGreaterThan(2.7);
  });
});
