import { describe, expect, it } from 'vitest';
import { encodeExportResponse } from '../../lib/otlp/responses.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';

const { ExportTraceServiceResponse } = opentelemetry.proto.collector.trace.v1;

describe('encodeExportResponse', () => {
  it('is an empty message when everything was accepted', () => {
    expect(encodeExportResponse('protobuf')).toEqual(new Uint8Array(0));
    expect(textOf(encodeExportResponse('json'))).toBe('{}');
  });

  it.each([
    { rejectedSpans: 3, errorMessage: '3 spans rejected: invalid trace_id ü' },
    { rejectedSpans: 4_000_000_000, errorMessage: 'x'.repeat(20_000) },
    { rejectedSpans: 0, errorMessage: 'a warning' },
    { rejectedSpans: 0, errorMessage: '' },
  ])('says in protobuf that $rejectedSpans spans were rejected', (partialSuccess) => {
    const expected = ExportTraceServiceResponse.encode(ExportTraceServiceResponse.fromObject({ partialSuccess }));
    expect(encodeExportResponse('protobuf', partialSuccess)).toEqual(new Uint8Array(expected.finish()));
  });

  it.each([
    [3, 'no "ID"', '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"no \\"ID\\""}}'],
    [0, 'a warning', '{"partialSuccess":{"errorMessage":"a warning"}}'],
  ])('says in JSON that %i spans were rejected, as a string', (rejectedSpans, errorMessage, expected) => {
    expect(textOf(encodeExportResponse('json', { rejectedSpans, errorMessage }))).toBe(expected);
  });
});

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
