import { describe, expect, it } from 'vitest';
import { archiveLines } from '../../lib/archive/line.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { buildTrace, encodeFragment, type SpanSpec, TRACE_ID } from '../support/build-trace.ts';
import { tracesToJson } from '../support/otlp-json-oracle.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
const COLUMNS = { policy: 'p', adjustedCount: 2, decidedAtMs: 0, firstSeq: 0 };
// The low 56 bits of TRACE_ID are ce929d0e0e4736: that is its randomness where there is no rv.
const FRAGMENT = (traceStates: readonly string[]) => [
  { resource: { 'service.name': 'a' }, spans: traceStates.map((traceState): SpanSpec => ({ traceState, name: 'n' })) },
];

function traceStates(given: readonly string[], threshold: string | null | undefined): string[] {
  const [line] = archiveLines(buildTrace([FRAGMENT(given)]), { ...COLUMNS, threshold });
  const { resourceSpans } = JSON.parse(new TextDecoder().decode(line));
  return resourceSpans[0].scopeSpans[0].spans.map((span: { traceState?: string }) => span.traceState ?? '');
}

describe('trace states in the archive', () => {
  const GIVEN = ['', 'ot=th:8', 'vendor=1', 'ot=rv:ffffffffffffff;th:8', 'ot=bad$'];

  it('stay as they came without an update', () => {
    expect(traceStates(GIVEN, undefined)).toEqual(GIVEN);
  });

  it('lose th when it cannot be kept', () => {
    expect(traceStates(GIVEN, null)).toEqual(['', '', 'vendor=1', 'ot=rv:ffffffffffffff', 'ot=bad$']);
  });

  it('get the threshold of the decision', () => {
    expect(traceStates(GIVEN, 'c')).toEqual([
      'ot=th:c',
      'ot=th:c',
      'ot=th:c,vendor=1',
      'ot=rv:ffffffffffffff;th:c',
      'ot=bad$',
    ]);
  });

  it('keep the threshold of an earlier sampler that was stricter', () => {
    expect(traceStates(['ot=th:cc', 'ot=th:c'], 'c')).toEqual(['ot=th:cc', 'ot=th:c']);
  });

  it('lose th where the randomness of the span is below the threshold', () => {
    expect(traceStates(['ot=th:8', 'ot=rv:80000000000000;th:8', ''], 'd')).toEqual(['', 'ot=rv:80000000000000', '']);
  });

  it('change alone: the rest of the line is the same', () => {
    const fragment = [
      {
        resource: { 'service.name': 'a' },
        spans: [{ traceState: 'ot=th:8', status: 'ERROR' as const, attributes: { k: ['v', 1n] } }, {}],
      },
    ];
    const [line] = archiveLines(buildTrace([fragment]), { ...COLUMNS, threshold: 'c' });
    const expected = tracesToJson(TracesData.decode(encodeFragment(fragment, TRACE_ID)));
    const text = JSON.stringify({ resourceSpans: expected });
    const withUpdate = JSON.parse(text, (key, value) => (key === 'traceState' ? 'ot=th:c' : value));
    withUpdate.resourceSpans[0].scopeSpans[0].spans[1].traceState = 'ot=th:c';
    expect(JSON.parse(new TextDecoder().decode(line))).toMatchObject(withUpdate);
  });

  it('are valid JSON with quotes in them', () => {
    expect(traceStates(['a="\\"'], 'c')).toEqual(['ot=th:c,a="\\"']);
  });
});
