import type { Fate, TraceReport } from '../../pipeline/explain/trace-report.ts';
import type { ExplainedVote } from '../../sampling/explain-policies.ts';
import type { WaterfallRow } from './waterfall-rows.ts';

/**
 * A report for a program, as docs/missing-traces.md describes it. Names are those of the columns of the archive where there is one;
 * times are ISO 8601 in UTC. A member that says nothing in a state is not there.
 */
export function reportJson(
  report: TraceReport,
  spans: readonly WaterfallRow[],
  lineCount: number | undefined,
): Readonly<Record<string, unknown>> {
  const { traceId, asOfMs, fate, arrivals, deadLetters, hasMoreDeadLetters } = report;
  return {
    trace_id: traceId,
    as_of: iso(asOfMs),
    state: fate.state,
    ...ofFate(fate),
    ...(lineCount !== undefined && { lines_found: lineCount }),
    arrivals: arrivals.map((arrival) => ({
      received_at: iso(arrival.receivedAtMs),
      expires_at: iso(arrival.expiresAtMs),
      span_count: arrival.spanCount,
      ...(arrival.services !== undefined && {
        services: [...arrival.services].map(([service, span_count]) => ({ service: service || null, span_count })),
      }),
      ...(arrival.dueAtMs !== undefined && { due_at: iso(arrival.dueAtMs) }),
      is_expired: arrival.isExpired,
      is_kept: arrival.isClaimed,
    })),
    dead_letters: deadLetters,
    has_more_dead_letters: hasMoreDeadLetters,
    spans,
  };
}

function ofFate(fate: Fate): Readonly<Record<string, unknown>> {
  switch (fate.state) {
    case 'unknown':
      return {};
    case 'waiting':
    case 'overdue':
      return { due_at: iso(fate.dueAtMs), ...ofDecision(fate) };
    case 'not_sampled':
    case 'dropped':
      return {
        ...(fate.nextLookAtMs !== undefined && { due_at: iso(fate.nextLookAtMs) }),
        leaves_at: iso(fate.leavesAtMs),
        ...ofDecision(fate),
      };
    case 'kept':
      return {
        sampling_policy: fate.policy,
        sample_weight: fate.adjustedCount,
        decided_at: iso(fate.decidedAtMs),
        objects: fate.objects,
        line_count: fate.lineCount,
      };
    case 'dead_lettered':
      return { reason: fate.reason, ...ofDecision(fate) };
    case 'too_large':
      return { reason: fate.reason };
    case 'expired':
      return { left_at: iso(fate.leftAtMs) };
  }
}

/** What the policies say as of now. */
function ofDecision({ explained }: Extract<Fate, { explained: unknown }>): Readonly<Record<string, unknown>> {
  if (explained === undefined) return {};
  const { decision, votes, tooLarge } = explained;
  return {
    as_of_now: { outcome: decision.outcome, policy: decision.policy === '' ? null : decision.policy },
    votes: votes.map(ofVote),
    ...(tooLarge !== undefined && { bytes: tooLarge.bytes, maximum_trace_size_bytes: tooLarge.maximumBytes }),
  };
}

function ofVote({ policy, type, vote, keeps, saw, facts, parts }: ExplainedVote): Readonly<Record<string, unknown>> {
  return { policy, type, vote, keeps, saw, facts, ...(parts.length > 0 && { parts: parts.map(ofVote) }) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
