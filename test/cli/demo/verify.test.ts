import { describe, expect, it } from 'vitest';
import type { KeptTrace } from '../../../lib/cli/demo/kept-traces.ts';
import type { SentTrace } from '../../../lib/cli/demo/sent-ledger.ts';
import { verifyKept } from '../../../lib/cli/demo/verify.ts';
import { kept, span } from './support/kept.ts';

const FAILED: SentTrace = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanIds: new Set(['1', '2']),
  earliestStart: 0n,
  latestEnd: 100_000_000n,
  hasError: true,
  tiers: new Set(),
};
const BORING: SentTrace = { ...FAILED, traceId: '0af7651916cd43dd8448eb211c80319c', hasError: false };
const SENT = new Map([FAILED, BORING].map((trace) => [trace.traceId, trace]));
const RIGHT = kept({ policy: 'errors', weight: 1, spans: [span('1'), span('2')] });

describe('verifyKept', () => {
  it.each<{ what: string; traces: KeptTrace[]; problems: (string | RegExp)[] }>([
    { what: 'nothing wrong', traces: [RIGHT], problems: [] },
    { what: 'a trace that is missing', traces: [], problems: [/not kept, but "errors" wants it/] },
    { what: 'a trace that is there twice', traces: [RIGHT, RIGHT], problems: [/kept 2 times/] },
    {
      what: 'a trace that nobody wants',
      traces: [RIGHT, kept({ traceId: BORING.traceId })],
      problems: [/kept by "baseline", but no policy wants it/],
    },
    { what: 'a trace that was not sent', traces: [RIGHT, kept({ traceId: 'ff' })], problems: [/never sent/] },
    {
      what: 'the wrong policy',
      traces: [{ ...RIGHT, policy: 'slow' }],
      problems: [/kept by "slow" instead of "errors"/],
    },
    { what: 'the wrong weight', traces: [{ ...RIGHT, weight: 10 }], problems: [/weight 10 instead of 1/] },
    {
      what: 'a missing span',
      traces: [{ ...RIGHT, spans: [span('1')] }],
      problems: [/1 of 2 spans are missing/],
    },
    {
      what: 'a span that is there twice',
      traces: [{ ...RIGHT, spans: [...RIGHT.spans, span('1')] }],
      problems: [/1 spans are there twice/],
    },
    {
      what: 'nothing wrong in a trace that was decided before it was whole',
      traces: [{ ...RIGHT, policy: 'slow', lineCount: 2 }],
      problems: [],
    },
  ])('finds $what', ({ traces, problems }) => {
    expect(verifyKept(SENT, traces)).toEqual(problems.map((problem) => expect.stringMatching(problem)));
  });
});
