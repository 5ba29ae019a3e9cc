import type { PipelineCounts } from '../../functions/read/answers.ts';
import { formatCount, formatShare } from '../shared/format.ts';
import { useAnswer } from '../shared/use-answer.ts';

const REFRESH_MS = 2_000;
const NOTHING = new URLSearchParams();

/** Only where the page is served by the pipeline itself; a deployed one has its dashboard. */
export function LiveFunnel() {
  const { value, error } = useAnswer<PipelineCounts>('pipeline', NOTHING, REFRESH_MS);
  if (value === undefined || error !== undefined) return null;
  const decided = value.keptTraces + value.notSampledTraces + value.droppedTraces;
  const steps: readonly (readonly [string, number, string])[] = [
    [
      'Spans received',
      value.receivedSpans,
      value.refusedRequests > 0 ? `${formatCount(value.refusedRequests)} requests refused` : '',
    ],
    ['Waiting for a decision', value.waitingFragments, ''],
    ['Kept', value.keptTraces, formatShare(value.keptTraces, decided)],
    ['Not sampled', value.notSampledTraces, formatShare(value.notSampledTraces, decided)],
    ['Dropped', value.droppedTraces, formatShare(value.droppedTraces, decided)],
  ];
  return (
    <section>
      <h2>Since the pipeline was started</h2>
      <dl class="facts funnel">
        {steps.map(([name, count, more]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {formatCount(count)} <small class="muted">{more}</small>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
