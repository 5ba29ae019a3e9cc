import { useMemo, useState } from 'preact/hooks';
import type { TraceJson } from '../../functions/read/answers.ts';
import type { Coverage } from '../../lib/read/results.ts';
import type { Json } from '../shared/api.ts';
import { type Fact, Facts } from '../shared/facts.tsx';
import { formatCount, formatDuration, formatTime, millisOf } from '../shared/format.ts';
import { type Place, windowOf } from '../shared/location.ts';
import { ErrorNotice, Loading } from '../shared/notices.tsx';
import { useAnswer } from '../shared/use-answer.ts';
import { SpanDetails } from './span-details.tsx';
import { buildSpanTree } from './span-tree.ts';
import { Waterfall } from './waterfall.tsx';

/** One trace: what is known of it, its waterfall, and the span that is chosen. */
export function TracePage({ traceId, place }: { readonly traceId: string; readonly place: Place }) {
  const answer = useAnswer<Coverage & { readonly trace: TraceJson }>(
    `traces/${encodeURIComponent(traceId)}`,
    windowOf(place.query),
  );
  const trace = answer.value?.trace;
  return (
    <>
      <Loading isLoading={answer.isLoading && trace === undefined} />
      <ErrorNotice answer={answer} />
      {trace !== undefined && <TraceView trace={trace} />}
    </>
  );
}

function TraceView({ trace }: { readonly trace: Json<TraceJson> }) {
  const tree = useMemo(() => buildSpanTree(trace.resourceSpans), [trace]);
  const [chosen, setChosen] = useState(tree.inOrder.find(({ isError }) => isError) ?? tree.inOrder[0]);
  return (
    <article>
      <TraceHeader trace={trace} />
      <div class="trace-columns">
        <Waterfall tree={tree} chosen={chosen} onChoose={setChosen} laterSpans={trace.laterSpans} />
        {chosen !== undefined && (
          <SpanDetails node={chosen} tree={tree} seq={trace.laterSpans[chosen.span.spanId] ?? 0} />
        )}
      </div>
    </article>
  );
}

function TraceHeader({ trace }: { readonly trace: Json<TraceJson> }) {
  const lateLines = trace.lines.filter(({ decidedAt }) => decidedAt !== trace.lines[0]?.decidedAt);
  const facts: readonly Fact[] = [
    ['Started', formatTime(millisOf(trace.startTimeUnixNano))],
    ['Duration', formatDuration(trace.durationMs)],
    ['Spans', formatCount(trace.spanCount)],
    ['Errors', formatCount(trace.errorCount)],
    ['Kept by', trace.policy ?? '–'],
    [
      'Stands for',
      trace.weight === null ? 'unknown' : `${formatCount(trace.weight)} ${trace.weight === 1 ? 'trace' : 'traces'}`,
    ],
    ['Decided', trace.decidedAtMs === null ? '–' : formatTime(trace.decidedAtMs)],
  ];
  return (
    <header class="trace-header">
      <h1>
        <span class="muted">{trace.rootService ?? 'root is missing'}</span> {trace.rootName ?? ''}{' '}
        {trace.status === 'ERROR' && <span class="tag error">error</span>}
      </h1>
      <p class="muted">
        <code>{trace.traceId}</code>{' '}
        <button type="button" onClick={() => void navigator.clipboard.writeText(trace.traceId)}>
          Copy
        </button>{' '}
        <a href={`/api/traces/${trace.traceId}`}>JSON</a>
      </p>
      <Facts facts={facts} />
      {trace.orphanCount > 0 && (
        <p class="notice">
          {formatCount(trace.orphanCount)} {trace.orphanCount === 1 ? 'span has' : 'spans have'} a parent that never
          arrived.
        </p>
      )}
      {lateLines.length > 0 && (
        <p class="notice">
          {formatCount(lateLines.reduce((sum, { spanCount }) => sum + spanCount, 0))} spans arrived after the decision,
          and were added.
        </p>
      )}
    </header>
  );
}
