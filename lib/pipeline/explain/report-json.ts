import type { ExplainedDecision, ExplainedVote } from '../../sampling/explain-policies.ts';
import type { ArrivedFragment, DeadLetterOfTrace, Fate, ObjectOfTrace, TraceReport } from './trace-report.ts';

/**
 * A report for a program, as docs/missing-traces.md describes it: `tailgate trace --json` prints it, and the read service answers with
 * it. Names are those of the columns of the archive where there is one; times are ISO 8601 in UTC. A member that says nothing in a
 * state is not there.
 */
export interface ReportJson extends DecisionJson {
  readonly trace_id: string;
  readonly as_of: string;
  readonly state: Fate['state'];
  /** When it is decided, or looked at again. */
  readonly due_at?: string;
  /** When the first of its spans leave the buffer. */
  readonly leaves_at?: string;
  /** When the last of them left it. */
  readonly left_at?: string;
  readonly sampling_policy?: string;
  /** What that policy keeps, as of now. */
  readonly keeps?: string;
  readonly sample_weight?: number | null;
  readonly decided_at?: string;
  readonly objects?: readonly ObjectOfTrace[];
  readonly line_count?: number;
  readonly lines_found?: number;
  readonly reason?: string;
  readonly arrivals: readonly ArrivalJson[];
  readonly dead_letters: readonly DeadLetterOfTrace[];
  readonly has_more_dead_letters: boolean;
}

/** What the policies say as of now. */
export interface DecisionJson {
  readonly as_of_now?: { readonly outcome: ExplainedDecision['decision']['outcome']; readonly policy: string | null };
  readonly votes?: readonly VoteJson[];
  /** Of a trace that is larger than `maximum_trace_size_bytes`. */
  readonly bytes?: number;
  readonly maximum_trace_size_bytes?: number;
}

export interface VoteJson extends Omit<ExplainedVote, 'parts'> {
  readonly parts?: readonly VoteJson[];
}

export interface ArrivalJson {
  readonly received_at: string;
  readonly expires_at: string;
  readonly span_count: number;
  readonly services?: readonly { readonly service: string | null; readonly span_count: number }[];
  readonly due_at?: string;
  readonly is_expired: boolean;
  readonly is_kept: boolean;
}

/** @param lineCount lines of it that were read of the archive; undefined: nobody looked */
export function reportJson(report: TraceReport, lineCount?: number): ReportJson {
  const { traceId, asOfMs, fate, arrivals, deadLetters, hasMoreDeadLetters } = report;
  return {
    trace_id: traceId,
    as_of: iso(asOfMs),
    state: fate.state,
    ...ofFate(fate),
    ...(lineCount !== undefined && { lines_found: lineCount }),
    arrivals: arrivals.map(ofArrival),
    dead_letters: deadLetters,
    has_more_dead_letters: hasMoreDeadLetters,
  };
}

function ofFate(fate: Fate): Partial<ReportJson> {
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
        ...(fate.keeps !== undefined && { keeps: fate.keeps }),
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

function ofDecision({ explained }: Extract<Fate, { explained: unknown }>): DecisionJson {
  if (explained === undefined) return {};
  const { decision, votes, tooLarge } = explained;
  return {
    as_of_now: { outcome: decision.outcome, policy: decision.policy === '' ? null : decision.policy },
    votes: votes.map(ofVote),
    ...(tooLarge !== undefined && { bytes: tooLarge.bytes, maximum_trace_size_bytes: tooLarge.maximumBytes }),
  };
}

function ofVote({ policy, type, vote, keeps, saw, facts, parts }: ExplainedVote): VoteJson {
  return { policy, type, vote, keeps, saw, facts, ...(parts.length > 0 && { parts: parts.map(ofVote) }) };
}

function ofArrival(arrival: ArrivedFragment): ArrivalJson {
  const { services, dueAtMs } = arrival;
  return {
    received_at: iso(arrival.receivedAtMs),
    expires_at: iso(arrival.expiresAtMs),
    span_count: arrival.spanCount,
    ...(services !== undefined && {
      services: [...services].map(([service, span_count]) => ({ service: service || null, span_count })),
    }),
    ...(dueAtMs !== undefined && { due_at: iso(dueAtMs) }),
    is_expired: arrival.isExpired,
    is_kept: arrival.isClaimed,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
