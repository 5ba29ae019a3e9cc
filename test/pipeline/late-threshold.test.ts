import { expect, it } from 'vitest';
import { encodeFragment, TRACE_ID } from '../support/build-trace.ts';
import { World } from './world.ts';

it.each([
  { what: 'raises', useTraceState: true, sampledBy: 'ot=th:8', onTime: 'ot=th:c', late: 'ot=th:c' },
  { what: 'takes away', useTraceState: false, sampledBy: 'ot=th:8', onTime: undefined, late: undefined },
])('a decision that $what th does so on late spans too', async ({ useTraceState, sampledBy, onTime, late }) => {
  // By R (ce92… of 2^56) and by its FNV hash (a545… of 2^64) the trace is among the 25 % and the 70 %.
  const share = useTraceState ? '25, use_tracestate: true' : '70';
  const world = new World({
    yaml: `policies: [{ name: share, type: probabilistic, probabilistic: { sampling_percentage: ${share} } }]`,
  });
  const request = (spanId: string, traceState: string) =>
    encodeFragment([{ spans: [{ spanId, traceState, startMs: 1 }] }], TRACE_ID);

  await world.ingest(request('00000000000000a1', sampledBy));
  await world.drain();
  await world.ingest(request('00000000000000a2', 'ot=th:4'));
  await world.drain();

  const lines = world.archive.allLines().map((text) => JSON.parse(text));
  const traceStates = lines.map(({ resourceSpans }) => resourceSpans[0].scopeSpans[0].spans[0].traceState);
  expect(traceStates).toEqual([onTime, late]);
  expect(lines.map(({ seq }) => seq)).toEqual([0, 1]);
});
