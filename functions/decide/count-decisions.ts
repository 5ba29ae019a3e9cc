import type { DecideSummary } from '../../lib/pipeline/decide/tally.ts';
import { MAX_POLICY_METRICS, type Metrics, OTHER_POLICIES } from '../../lib/pipeline/metrics.ts';

/** Turns the summary of a batch into metrics. @param policies those of the configuration in its order: the first {@link MAX_POLICY_METRICS} have their own metric */
export function countDecisions(
  metrics: Metrics,
  summary: DecideSummary,
  policies: readonly { readonly name: string }[],
): void {
  metrics.add('processor_tail_sampling_new_trace_id_received', summary.received);
  const decisions = 'processor_tail_sampling_global_count_traces_sampled';
  metrics.addTo(decisions, 'sampled', summary.sampled);
  metrics.addTo(decisions, 'not_sampled', summary.notSampled);
  metrics.addTo(decisions, 'dropped', summary.dropped);
  const named = new Set(policies.slice(0, MAX_POLICY_METRICS).map(({ name }) => name));
  for (const [policy, votes] of Object.entries(summary.votes)) {
    const name = named.has(policy) ? policy : OTHER_POLICIES;
    metrics.addTo('processor_tail_sampling_count_traces_sampled', name, votes);
  }
  metrics.add('sampled_spans', summary.sampledSpans);
  metrics.add('rescued_traces', summary.rescued);
  metrics.add('late_spans', summary.lateSpans);
  for (const ageMs of summary.lateAgesMs) {
    metrics.add('processor_tail_sampling_sampling_late_span_age', ageMs / 1000);
  }
  const policyErrors = Object.values(summary.policyErrors).reduce((sum, count) => sum + count, 0);
  metrics.add('processor_tail_sampling_sampling_policy_evaluation_error', policyErrors);
  metrics.add('slow_evaluations', summary.slow);
  // Skip batches that only re-enqueued early wake-ups: they made no decision.
  if (summary.traces > 0) {
    metrics.add('processor_tail_sampling_sampling_decision_timer_latency', summary.durationMs);
    metrics.add('decision_lag', summary.maxLagMs);
  }
  metrics.add('fenced_claims', summary.fenced);
  metrics.add('continued_fragments', summary.continued);
  metrics.add('deferred_fragments', summary.deferred);
  metrics.add('dead_lettered_fragments', summary.deadLettered);
  metrics.add('expired_fragments', summary.expired);
  metrics.add('decision_failures', summary.failed);
  metrics.add('archive_objects', summary.objects);
  metrics.add('archive_bytes', summary.archivedBytes);
}
