import { useEffect, useMemo, useState } from 'preact/hooks';
import { formatCount } from '../shared/format.ts';
import { ArrivalsTable } from './arrivals-table.tsx';
import { dueIn, type Explained, fateWords } from './fate.ts';
import { ObjectList } from './object-list.tsx';
import { buildSpanTree } from './span-tree.ts';
import { SpansView } from './spans-view.tsx';
import { TraceIdLine } from './trace-id-line.tsx';
import { VotesTable } from './votes-table.tsx';

const NONE: readonly [] = [];

interface ExplanationViewProps {
  readonly explained: Explained;
  /** What came of looking for it in a window of time; undefined: nobody has asked for one. */
  readonly searched: string | undefined;
}

/** A trace that the archive does not have: what became of it and why, what came of it, and what of it waits in the buffer. */
export function ExplanationView({ explained, searched }: ExplanationViewProps) {
  const { trace_id: traceId, votes = [], resourceSpans = NONE, spans_left_out: left = 0 } = explained;
  const { tag, isBad, headline, advice, command } = fateWords(explained);
  const tree = useMemo(() => buildSpanTree(resourceSpans), [resourceSpans]);
  const [root] = tree.roots;
  return (
    <article>
      <header class="trace-header">
        <h1>
          {root === undefined ? 'Trace' : <span class="muted">{root.service}</span>} {root?.span.name}{' '}
          <span class={isBad ? 'tag error' : 'tag'}>{tag}</span>
        </h1>
        <TraceIdLine traceId={traceId} json={`/api/traces/${traceId}/explanation`} />
        <div class="notice">
          <p role="status">
            <strong>{headline}</strong>
          </p>
          {explained.state === 'waiting' && <Countdown explained={explained} />}
          {advice.map((line) => (
            <p key={line}>{line}</p>
          ))}
          {command !== undefined && (
            <p>
              {explained.state === 'dead_lettered' ? 'Then' : 'To have it kept all the same'}: <code>{command}</code>{' '}
              <span class="muted">(with --stack NAME where it is deployed)</span>
            </p>
          )}
          {explained.state === 'unknown' && (
            <p>
              {searched ?? (
                <>
                  A trace that was kept before is found by its time:{' '}
                  <a href={`/traces/${traceId}?from=-30d`}>look for it in the last 30 days</a>.
                </>
              )}
            </p>
          )}
          <DeadLetters explained={explained} />
        </div>
      </header>
      <ObjectList objects={explained.objects ?? []} />
      {explained.bytes !== undefined && (
        <p class="notice">
          It has {formatCount(explained.bytes)} bytes, and <code>maximum_trace_size_bytes</code> is{' '}
          {formatCount(explained.maximum_trace_size_bytes ?? 0)}: no policy is evaluated.
        </p>
      )}
      {votes.length > 0 && <VotesTable votes={votes} isDecided={explained.state !== 'waiting'} />}
      <ArrivalsTable explained={explained} />
      {tree.inOrder.length > 0 && (
        <>
          <h2 class="part">In the buffer</h2>
          {left > 0 && <p class="notice">{formatCount(left)} spans more are in the buffer than are shown.</p>}
          <SpansView tree={tree} />
        </>
      )}
    </article>
  );
}

/** Runs by itself, and is not read aloud each second. */
function Countdown({ explained }: { readonly explained: Explained }) {
  const [sinceMs, setSinceMs] = useState(0);
  // A new explanation counts from its own time.
  useEffect(() => {
    const begin = performance.now();
    setSinceMs(0);
    const timer = setInterval(() => setSinceMs(performance.now() - begin), 500);
    return () => clearInterval(timer);
  }, [explained]);
  return <p>That is {dueIn(explained, sinceMs)}. This page follows it.</p>;
}

function DeadLetters({ explained }: { readonly explained: Explained }) {
  const { trace_id: traceId, state, dead_letters: letters, has_more_dead_letters: hasMore } = explained;
  const others = state === 'dead_lettered' ? [] : letters;
  return (
    <>
      {others.map(({ fragments, reason }, index) => (
        <p key={`${reason} ${index}`}>
          {formatCount(fragments)} {fragments === 1 ? 'part' : 'parts'} of it in the dead letters
          {reason && `: ${reason}`}.
        </p>
      ))}
      {hasMore && state !== 'dead_lettered' && (
        <p class="muted">
          Dead letters were not all looked through here: <code>tailgate trace {traceId} --stack NAME</code> does.
        </p>
      )}
    </>
  );
}
