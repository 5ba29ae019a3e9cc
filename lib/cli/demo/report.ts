import type { Palette, Terminal } from '../../terminal/terminal.ts';
import { type DrawnTrace, drawWaterfall } from '../../terminal/waterfall.ts';
import { DEMO_POLICIES, expectedPolicy } from './expected-policy.ts';
import type { KeptTrace } from './kept-traces.ts';
import type { SentTrace } from './sent-ledger.ts';
import { failingTraces, renderFailing, renderSlowest } from './trace-tables.ts';

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

/** What came of a run of the demo. */
export interface DemoOutcome {
  readonly sent: ReadonlyMap<string, SentTrace>;
  readonly sentSpans: number;
  readonly requests: number;
  readonly kept: readonly KeptTrace[];
  /** By trace ID, the traces of {@link tracesToDraw}. */
  readonly drawn: ReadonlyMap<string, DrawnTrace>;
  /** What is wrong, a line each. */
  readonly problems: readonly string[];
}

const MAX_PROBLEMS = 20;

/** The traces whose drawing, or whose cause of failure, the report shows. */
export function tracesToDraw(kept: readonly KeptTrace[]): readonly string[] {
  const shown = mostTelling(kept);
  return [...(shown === undefined ? [] : [shown]), ...failingTraces(kept)].map(({ traceId }) => traceId);
}

/** What the hint at the end of the report names. */
export interface HintNames {
  readonly dataDir: string;
  /** With the policies of the demo. */
  readonly configFile: string;
  /** The command as the shell finds it: `tailgate` or `npx tailgate`. */
  readonly command: string;
}

/** Prints the outcome. @returns the exit code: 0 when nothing is wrong */
export function printReport(
  outcome: DemoOutcome,
  { dataDir, configFile, command }: HintNames,
  terminal: Terminal,
): 0 | 1 {
  const { sent, sentSpans, requests, kept, drawn, problems } = outcome;
  const width = Math.min(120, Math.max(80, terminal.width ?? 100));
  const causes = new Map([...drawn].map(([traceId, { cause = '' }]) => [traceId, cause]));
  terminal.print(`\n${renderFunnel({ traces: sent.size, spans: sentSpans, requests, kept }, terminal)}`);
  terminal.print(renderSlowest(kept, width, terminal));
  terminal.print(renderFailing(failingTraces(kept), causes, width, terminal));
  const shown = drawn.get(mostTelling(kept)?.traceId ?? '');
  if (shown !== undefined) terminal.print(drawWaterfall(shown, width, terminal));
  if (problems.length > 0) {
    terminal.print(terminal.bad(`✗ not what the policies call for (${problems.length}):`));
    for (const problem of problems.slice(0, MAX_PROBLEMS)) terminal.print(`  ${problem}`);
    return 1;
  }
  const wanted = Map.groupBy(sent.values(), expectedPolicy);
  const counts = DEMO_POLICIES.map((policy) => `${wanted.get(policy)?.length ?? 0} ${policy}`);
  terminal.print(
    terminal.good(`✓ kept are exactly the traces that the policies call for, whole and once: ${counts.join(', ')}`),
  );
  const question = 'SELECT root_name, count(*) FROM traces GROUP BY 1';
  terminal.print(`\nAsk for more: ${command} query --data ${dataDir} "${question}"`);
  const start = `${command} start --data ${dataDir} --config ${configFile}`;
  terminal.print(`See the traces in the browser, at http://127.0.0.1:4318: ${start}`);
  return 0;
}

/** The trace for the waterfall: a failing one if there is any, through as many services as possible, and long. */
function mostTelling(kept: readonly KeptTrace[]): KeptTrace | undefined {
  const rank = (trace: KeptTrace) =>
    (trace.isError ? 1e9 : 0) + new Set(trace.spans.map((span) => span.service)).size * 1e6 + trace.durationMs;
  return kept.toSorted((a, b) => rank(b) - rank(a))[0];
}
