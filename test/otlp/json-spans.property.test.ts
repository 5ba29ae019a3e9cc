import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeResourceSpans } from '../../lib/otlp/json-encode/encode-spans.ts';
import { JsonWriter } from '../../lib/otlp/json-encode/writer.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { encodeRequest, exportRequests } from '../support/otlp-arbitraries.ts';
import { tracesToJson, uniqueSpans } from '../support/otlp-json-oracle.ts';
import { scrambleFields } from '../support/scramble-fields.ts';

const { TracesData } = opentelemetry.proto.trace.v1;

describe('writeResourceSpans', () => {
  it('says what a decoder says of the same bytes', () => {
    fc.assert(
      fc.property(exportRequests({ invalidIds: true, unknownFields: true }), (request) => {
        const bytes = encodeRequest(request);
        const expected = tracesToJson(uniqueSpans([TracesData.decode(bytes)]));
        expect(JSON.parse(jsonOf(bytes))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('writes the same for fields out of order, repeated values and messages in parts', () => {
    fc.assert(
      fc.property(exportRequests(), fc.gen(), (request, gen) => {
        const bytes = encodeRequest(request);
        const scrambled = scrambleFields(bytes, 'TracesData', (count) => gen(fc.nat, { max: count - 1 }));
        expect(jsonOf(scrambled)).toBe(jsonOf(bytes));
      }),
      { numRuns: 100 },
    );
  });
});

function jsonOf(tracesData: Uint8Array): string {
  const trace = Trace.fromFragments('00'.repeat(16), [tracesData]);
  const out = new JsonWriter(16);
  expect(writeResourceSpans(out, trace, 0, 1e9)).toBe(trace.spanCount);
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(out.take());
}
