import { useEffect, useMemo } from 'preact/hooks';
import type { ExplanationJson, TraceJson } from '../../functions/read/answers.ts';
import type { Coverage } from '../../lib/read/results.ts';
import type { Json } from '../shared/api.ts';
import { type Fact, Facts } from '../shared/facts.tsx';
import { formatCount, formatDuration, formatTime, millisOf } from '../shared/format.ts';
import { type Place, windowOf } from '../shared/location.ts';
import { ErrorNotice, Loading } from '../shared/notices.tsx';
import { useAnswer } from '../shared/use-answer.ts';
import { ArrivalsTable } from './arrivals-table.tsx';
import { ExplanationView } from './explanation-view.tsx';
import { changesInMs, type Explained } from './fate.ts';
import { ObjectList } from './object-list.tsx';
import { buildSpanTree } from './span-tree.ts';
import { SpansView } from './spans-view.tsx';
import { TraceIdLine } from './trace-id-line.tsx';

const NO_PARAMETERS = new URLSearchParams();

/** One trace: from the archive, or why it is not there. What waits is followed until it is decided. */
export function TracePage({ traceId, place }: { readonly traceId: string; readonly place: Place }) {
  const path = `traces/${encodeURIComponent(traceId)}`;
  const window = windowOf(place.query);
  const answer = useAnswer<Coverage & { readonly trace: TraceJson }>(path, window);
  const explanation = useAnswer<ExplanationJson>(`${path}/explanation`, NO_PARAMETERS, changesInMs);
  const trace = answer.value?.trace;
  const explained = explanation.value;
  const isMissing = trace === undefined && answer.error?.status === 404;
  const isKept = explained?.state === 'kept';
  const { reload } = answer;
  // It may have been decided since the archive was asked.
  useEffect(() => {
    if (isMissing && isKept) reload();
  }, [isMissing, explained]);
  const reloadBoth = () => {
    reload();
    explanation.reload();
  };
  const isExplained = isMissing && explained !== undefined;
  return (
    <>
      <Loading isLoading={trace === undefined && !isExplained && (answer.isLoading || explanation.isLoading)} />
      {!isExplained && !(isMissing && explanation.isLoading) && (
        <ErrorNotice answer={{ error: answer.error, reload: reloadBoth }} />
      )}
      {isMissing && <ErrorNotice answer={explanation} />}
      {trace !== undefined && <TraceView trace={trace} explained={isKept ? explained : undefined} />}
      {isExplained && (
        <ExplanationView explained={explained} searched={window.size > 0 ? answer.error?.message : undefined} />
      )}
    </>
  );
}

interface TraceViewProps {
  readonly trace: Json<TraceJson>;
  /** Undefined: the record of its decision has expired, or is not there yet. */
  readonly explained: Explained | undefined;
}

function TraceView({ trace, explained }: TraceViewProps) {
  const tree = useMemo(() => buildSpanTree(trace.resourceSpans), [trace]);
  return (
    <article>
      <TraceHeader trace={trace} keeps={explained?.keeps} />
      {explained !== undefined && (
        <>
          <ObjectList objects={explained.objects ?? []} />
          {explained.arrivals.length > 0 && (
            <details class="where">
              <summary>What came, and when</summary>
              <ArrivalsTable explained={explained} />
            </details>
          )}
        </>
      )}
      <SpansView tree={tree} laterSpans={trace.laterSpans} />
    </article>
  );
}

function TraceHeader({ trace, keeps }: { readonly trace: Json<TraceJson>; readonly keeps: string | undefined }) {
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
      <TraceIdLine traceId={trace.traceId} json={`/api/traces/${trace.traceId}`} />
      <Facts facts={facts} />
      {keeps !== undefined && (
        <p>
          Policy <strong>{trace.policy}</strong> keeps {keeps}.
        </p>
      )}
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
