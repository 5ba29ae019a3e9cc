import { describe, expect, it } from 'vitest';
import { renderFunnel } from '../../../lib/cli/demo/report.ts';
import { failingTraces, renderFailing, renderSlowest } from '../../../lib/cli/demo/trace-tables.ts';
import { PLAIN } from '../../support/recording-terminal.ts';
import { kept } from './support/kept.ts';

describe('renderFunnel', () => {
  it('shows what came in, what each policy kept, and the rest', () => {
    const traces = [kept({ policy: 'errors' }), kept({ policy: 'baseline' }), kept({ policy: 'baseline' })];
    expect(renderFunnel({ traces: 1200, spans: 5000, requests: 70, kept: traces }, PLAIN)).toBe(
      [
        'received           1,200 traces    5,000 spans   in 70 export requests',
        'kept                   3 traces        3 spans   0 %',
        `  errors               1 trace         1 span    ${'█'.repeat(15)}`,
        '  slow                 0 traces        0 spans',
        '  vip-customers        0 traces        0 spans',
        `  baseline             2 traces        2 spans   ${'█'.repeat(30)}`,
        'not sampled        1,197 traces    4,997 spans',
        '',
      ].join('\n'),
    );
  });
});

describe('the tables', () => {
  const failing = kept({ traceId: 'failed', isError: true, policy: 'errors' });

  it('show the slowest first', () => {
    const traces = [kept({ durationMs: 5 }), kept({ durationMs: 2500, traceId: 'slowest' }), failing];
    expect(renderSlowest(traces, 120, PLAIN).split('\n')[2]).toMatch(
      /^slowest +POST \/checkout +2\.50 s +1 +baseline$/,
    );
  });

  it('show only failing traces as failing, with what went wrong', () => {
    const causes = new Map([['failed', 'payment: no\u001b answer']]);
    const lines = renderFailing(failingTraces([kept(), failing]), causes, 120, PLAIN)
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatch(/100\.0 ms {2}payment: no\\u001b answer$/);
  });
});
