import type { FoundTraces } from '../../lib/read/results.ts';
import { address, go, type Place } from '../shared/location.ts';
import { CoverageNotice, ErrorNotice, Loading } from '../shared/notices.tsx';
import { useAnswer } from '../shared/use-answer.ts';
import { FilterBar } from './filter-bar.tsx';
import { LatencyScatter } from './latency-scatter.tsx';
import { TraceTable } from './trace-table.tsx';

const DEFAULT_LIMIT = '100';
/** While no filter looks back further than what still arrives. */
const REFRESH_MS = 5_000;

/** The latest kept traces, those of a filter, as points over time and as a table. */
export function SearchPage({ place }: { readonly place: Place }) {
  const query = new URLSearchParams(place.query);
  if (!query.has('limit')) query.set('limit', DEFAULT_LIMIT);
  const isLive = !query.has('to');
  const answer = useAnswer<FoundTraces>('traces', query, isLive ? REFRESH_MS : undefined);
  const traces = answer.value?.traces ?? [];
  return (
    <>
      <h1 class="hidden">Traces</h1>
      <FilterBar place={place} />
      <Loading isLoading={answer.isLoading && answer.value === undefined} />
      <ErrorNotice answer={answer} />
      <CoverageNotice coverage={answer.value} />
      {answer.value !== undefined && answer.error === undefined && traces.length === 0 && (
        <NothingFound place={place} />
      )}
      {traces.length > 0 && (
        <>
          <LatencyScatter
            traces={traces}
            onZoom={(fromMs, toMs) => {
              const zoomed = new URLSearchParams(place.query);
              zoomed.set('from', String(Math.floor(fromMs)));
              zoomed.set('to', String(Math.ceil(toMs)));
              go(address('/', zoomed));
            }}
          />
          <TraceTable traces={traces} place={place} />
          {traces.length === Number(query.get('limit')) && <MoreLink place={place} limit={traces.length} />}
        </>
      )}
    </>
  );
}

function MoreLink({ place, limit }: { readonly place: Place; readonly limit: number }) {
  const more = new URLSearchParams(place.query);
  more.set('limit', String(Math.min(5000, limit * 5)));
  return (
    <p>
      The {limit} {place.query.get('order') === 'slowest' ? 'slowest' : 'newest'} traces.{' '}
      {limit < 5000 && <a href={address('/', more)}>Show more</a>}
    </p>
  );
}

function NothingFound({ place }: { readonly place: Place }) {
  const isFiltered = [...place.query.keys()].some((name) => !['from', 'to', 'limit', 'order'].includes(name));
  return (
    <div class="notice">
      <p>
        {isFiltered ? 'No kept trace of this time fits the filters.' : 'No trace of this time has been kept.'} A trace
        appears when its <code>decision_wait</code> is over, if a policy keeps it.
      </p>
    </div>
  );
}
