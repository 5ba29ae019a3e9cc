import type { DemoPolicy } from './expected-policy.ts';
import { expectedPolicy, expectedWeight } from './expected-policy.ts';
import type { KeptTrace } from './kept-traces.ts';
import type { SentTrace } from './sent-ledger.ts';

/**
 * Compares what was kept with what the policies call for, trace by trace and span by span.
 * @returns what is wrong, a line each; empty when all is right
 */
export function verifyKept(sent: ReadonlyMap<string, SentTrace>, kept: readonly KeptTrace[]): string[] {
  const problems: string[] = [];
  const keptById = Map.groupBy(kept, (trace) => trace.traceId);
  for (const trace of sent.values()) {
    const expected = expectedPolicy(trace);
    const [found, ...more] = keptById.get(trace.traceId) ?? [];
    if (more.length > 0) problems.push(`${trace.traceId}: kept ${more.length + 1} times`);
    if (expected !== undefined && found === undefined)
      problems.push(`${trace.traceId}: not kept, but "${expected}" wants it`);
    if (expected === undefined && found !== undefined)
      problems.push(`${trace.traceId}: kept by "${found.policy}", but no policy wants it`);
    if (expected !== undefined && found !== undefined) problems.push(...compare(trace, found, expected));
  }
  for (const { traceId } of kept) {
    if (!sent.has(traceId)) problems.push(`${traceId}: kept, but never sent`);
  }
  return problems;
}

function compare(sent: SentTrace, kept: KeptTrace, expected: DemoPolicy): string[] {
  const problems: string[] = [];
  // A trace whose spans came in too late for the first look was rightly credited to the policy that saw less of it.
  const isDecidedWhole = kept.lineCount === 1;
  if (isDecidedWhole && kept.policy !== expected) {
    problems.push(`${sent.traceId}: kept by "${kept.policy}" instead of "${expected}"`);
  }
  if (kept.policy === expected && kept.weight !== expectedWeight(expected)) {
    problems.push(`${sent.traceId}: weight ${kept.weight} instead of ${expectedWeight(expected)}`);
  }
  const spanIds = kept.spans.map((span) => span.spanId);
  const unique = new Set(spanIds);
  const missing = [...sent.spanIds].filter((spanId) => !unique.has(spanId)).length;
  if (missing > 0) problems.push(`${sent.traceId}: ${missing} of ${sent.spanIds.size} spans are missing`);
  if (spanIds.length > unique.size)
    problems.push(`${sent.traceId}: ${spanIds.length - unique.size} spans are there twice`);
  return problems;
}
