import { terminalPalette } from '../../terminal/palette.ts';
import { DEMO_POLICIES, expectedPolicy } from './expected-policy.ts';
import { renderFunnel } from './funnel.ts';
import type { KeptTrace } from './kept-traces.ts';
import type { SentTrace } from './sent-ledger.ts';
import { renderFailing, renderSlowest } from './trace-tables.ts';
import { renderWaterfall } from './waterfall.ts';

/** What came of a run of the demo. */
export interface DemoOutcome {
  readonly sent: ReadonlyMap<string, SentTrace>;
  readonly sentSpans: number;
  readonly requests: number;
  readonly kept: readonly KeptTrace[];
  /** What is wrong, a line each. */
  readonly problems: readonly string[];
}

const MAX_PROBLEMS = 20;

/** Prints the outcome. @returns the exit code: 0 when nothing is wrong */
export function printReport({ sent, sentSpans, requests, kept, problems }: DemoOutcome, dataDir: string): number {
  const palette = terminalPalette(process.stdout);
  const width = Math.min(120, Math.max(80, process.stdout.columns ?? 100));
  console.log(`\n${renderFunnel({ traces: sent.size, spans: sentSpans, requests, kept }, palette)}`);
  console.log(renderSlowest(kept, width, palette));
  console.log(renderFailing(kept, width, palette));
  const shown = mostTelling(kept);
  if (shown !== undefined) console.log(renderWaterfall(shown, width, palette));
  if (problems.length > 0) {
    console.log(palette.bad(`✗ not what the policies call for (${problems.length}):`));
    for (const problem of problems.slice(0, MAX_PROBLEMS)) console.log(`  ${problem}`);
    return 1;
  }
  const wanted = Map.groupBy(sent.values(), expectedPolicy);
  const counts = DEMO_POLICIES.map((policy) => `${wanted.get(policy)?.length ?? 0} ${policy}`);
  console.log(
    palette.good(`✓ kept are exactly the traces that the policies call for, whole and once: ${counts.join(', ')}`),
  );
  console.log(`\nAsk for more: npm run query -- --data ${dataDir} "SELECT root_name, count(*) FROM traces GROUP BY 1"`);
  return 0;
}

/** The trace for the waterfall: a failing one if there is any, through as many services as possible, and long. */
function mostTelling(kept: readonly KeptTrace[]): KeptTrace | undefined {
  const rank = (trace: KeptTrace) =>
    (trace.isError ? 1e9 : 0) + new Set(trace.spans.map((span) => span.service)).size * 1e6 + trace.durationMs;
  return kept.toSorted((a, b) => rank(b) - rank(a))[0];
}
