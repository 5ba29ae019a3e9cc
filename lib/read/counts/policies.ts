import { compareText } from '../../otlp/trace/summary.ts';
import type { ArchiveHours } from '../archive-hours.ts';
import { policyOf, weightOf } from '../kept-trace.ts';
import type { Deadline } from '../ports.ts';
import type { Coverage, PolicyCount, ReadWindow } from '../results.ts';
import { forEachTrace, upsert } from './walk.ts';

type Counts = { -readonly [Name in keyof PolicyCount]: PolicyCount[Name] };

/** What each policy has kept of the traces of a window, and how many these stand for. The one that kept most first. */
export async function policies(
  window: ReadWindow,
  hours: ArchiveHours,
  deadline: Deadline,
): Promise<Coverage & { readonly policies: readonly PolicyCount[] }> {
  const byPolicy = new Map<string, Counts>();
  const coverage = await forEachTrace(window, hours, deadline, (trace) => {
    const policy = policyOf(trace) ?? '';
    const counts = upsert(byPolicy, policy, () => nothing(policy));
    const weight = weightOf(trace);
    counts.traces += 1;
    counts.spans += trace.spanCount;
    if (trace.errorCount > 0) counts.errorTraces += 1;
    counts.estimatedTraces += weight ?? 1;
    if (weight === null) counts.unknownWeight += 1;
  });
  const found = [...byPolicy.values()];
  return { ...coverage, policies: found.sort((a, b) => b.traces - a.traces || compareText(a.policy, b.policy)) };
}

function nothing(policy: string): Counts {
  return { policy, traces: 0, spans: 0, errorTraces: 0, estimatedTraces: 0, unknownWeight: 0 };
}
