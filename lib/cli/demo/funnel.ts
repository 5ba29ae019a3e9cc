import type { Palette } from '../../terminal/terminal.ts';
import { DEMO_POLICIES } from './expected-policy.ts';
import type { KeptTrace } from './kept-traces.ts';

export interface FunnelCounts {
  readonly traces: number;
  readonly spans: number;
  readonly requests: number;
  readonly kept: readonly KeptTrace[];
}

const MAX_BAR = 30;

/** What came in, what was kept by which policy, and what was not. */
export function renderFunnel({ traces, spans, requests, kept }: FunnelCounts, palette: Palette): string {
  const keptSpans = kept.reduce((sum, trace) => sum + trace.spans.length, 0);
  const policies = [...new Set<string>([...DEMO_POLICIES, ...kept.map((trace) => trace.policy)])].map((policy) => ({
    policy,
    ofPolicy: kept.filter((trace) => trace.policy === policy),
  }));
  const largest = Math.max(1, ...policies.map(({ ofPolicy }) => ofPolicy.length));
  const share = traces === 0 ? 0 : Math.round((100 * kept.length) / traces);
  return [
    `${palette.bold(row('received', traces, spans))}   in ${requests} export requests`,
    `${palette.bold(row('kept', kept.length, keptSpans))}   ${share} %`,
    ...policies.map(({ policy, ofPolicy }) => {
      const bar = '█'.repeat(Math.ceil((MAX_BAR * ofPolicy.length) / largest));
      return `${row(`  ${policy}`, ofPolicy.length, spanCount(ofPolicy))}   ${palette.good(bar)}`.trimEnd();
    }),
    palette.bold(row('not sampled', traces - kept.length, spans - keptSpans)),
    '',
  ].join('\n');
}

function row(title: string, traces: number, spans: number): string {
  const nouns = [traces === 1 ? 'trace ' : 'traces', spans === 1 ? 'span ' : 'spans'] as const;
  return `${title.padEnd(16)}${grouped(traces).padStart(8)} ${nouns[0]}${grouped(spans).padStart(9)} ${nouns[1]}`;
}

function spanCount(traces: readonly KeptTrace[]): number {
  return traces.reduce((sum, trace) => sum + trace.spans.length, 0);
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
