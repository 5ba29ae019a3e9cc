import fc from 'fast-check';
import { Reader } from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import { MalformedOtlpError } from '../../lib/otlp/errors.ts';
import { type RegroupedRequest, regroup } from '../../lib/otlp/regroup/regroup.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { byTrace, type FlatSpan, flatSpans, hasValidIds, keepingUnknownFields } from '../support/flat-spans.ts';
import { encodeRequest, exportRequests } from '../support/otlp-arbitraries.ts';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;
const { TracesData } = opentelemetry.proto.trace.v1;

const RUNS = { numRuns: 150 };

describe('regroup', () => {
  it('loses, changes and reorders nothing of a trace', () => {
    fc.assert(
      fc.property(exportRequests({ unknownFields: true }), (request) => {
        const bytes = encodeRequest(request);
        const regrouped = regroup(bytes);
        keepingUnknownFields(Reader, () => {
          expect(spansByTrace(regrouped)).toEqual(byTrace(flatSpans(ExportTraceServiceRequest.decode(bytes))));
        });
        expect(regrouped.rejectedSpanCount).toBe(0);
      }),
      RUNS,
    );
  });

  it('rejects exactly the spans with an invalid ID', () => {
    fc.assert(
      fc.property(exportRequests({ invalidIds: true }), (request) => {
        const bytes = encodeRequest(request);
        const regrouped = regroup(bytes);
        const all = flatSpans(ExportTraceServiceRequest.decode(bytes));
        const valid = all.filter(({ span }) => hasValidIds(span));
        expect(spansByTrace(regrouped)).toEqual(byTrace(valid));
        expect(regrouped.spanCount).toBe(valid.length);
        expect(regrouped.rejectedSpanCount).toBe(all.length - valid.length);
      }),
      RUNS,
    );
  });

  it('writes each resource and scope once per run of spans, and nothing that has no spans', () => {
    fc.assert(
      fc.property(exportRequests(), (request) => {
        for (const { payload, spanCount } of regroup(encodeRequest(request)).fragments) {
          const { resourceSpans } = TracesData.decode(payload);
          const scopeSpans = resourceSpans.flatMap((each) => each.scopeSpans ?? []);
          expect(resourceSpans.every((each) => (each.scopeSpans ?? []).length > 0)).toBe(true);
          expect(scopeSpans.every((each) => (each.spans ?? []).length > 0)).toBe(true);
          expect(scopeSpans.flatMap((each) => each.spans ?? []).length).toBe(spanCount);
          expect(resourceSpans.length).toBeLessThanOrEqual(request.resourceSpans.length);
          expect(new Uint8Array(TracesData.encode({ resourceSpans }).finish())).toEqual(new Uint8Array(payload));
        }
      }),
      RUNS,
    );
  });

  it('throws MalformedOtlpError or gives fragments that decode, whatever happened to the bytes', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(exportRequests({ unknownFields: true }), damage, fc.option(fc.nat()), (request, edits, cut) => {
        const bytes = encodeRequest(request);
        for (const [at, byte] of edits) if (bytes.length > 0) bytes[at % bytes.length] = byte;
        const damaged = cut === null ? bytes : bytes.subarray(0, cut % (bytes.length + 1));
        expectErrorOrDecodable(damaged);
      }),
      { numRuns: 400 },
    );
  });

  it('throws MalformedOtlpError or gives fragments that decode, for random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), expectErrorOrDecodable), { numRuns: 2000 });
  });
});

function spansByTrace({ fragments }: RegroupedRequest): Map<string, FlatSpan[]> {
  return new Map(
    fragments.map(({ traceId, payload }) => [traceId, flatSpans(TracesData.decode(new Uint8Array(payload)))]),
  );
}

/** Text that is no UTF-8 is the one thing that regroup lets pass and protobufjs does not. */
function expectErrorOrDecodable(bytes: Uint8Array): void {
  let fragments: RegroupedRequest['fragments'];
  try {
    ({ fragments } = regroup(bytes));
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedOtlpError);
    return;
  }
  for (const { payload } of fragments) {
    try {
      TracesData.decode(payload);
    } catch (error) {
      expect(String(error)).toMatch(/utf-?8|encoded data was not valid/i);
    }
  }
}
