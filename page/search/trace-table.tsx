import type { FoundTrace } from '../../lib/read/results.ts';
import type { Json } from '../shared/api.ts';
import { Columns } from '../shared/columns.tsx';
import { colorOf, formatAge, formatDuration, formatTime, millisOf } from '../shared/format.ts';
import { address, type Place, windowOf } from '../shared/location.ts';

interface TraceTableProps {
  readonly traces: readonly Json<FoundTrace>[];
  readonly place: Place;
}

export function TraceTable({ traces, place }: TraceTableProps) {
  const longest = Math.max(...traces.map(({ durationMs }) => durationMs ?? 0));
  return (
    <table class="traces">
      <caption class="hidden">Kept traces</caption>
      <Columns columns={['Trace', 'Started', { number: 'Duration' }, { number: 'Spans' }, 'Services', 'Kept by']} />
      <tbody>
        {traces.map((trace) => (
          <TraceRow key={trace.traceId} trace={trace} longest={longest} window={windowOf(place.query)} />
        ))}
      </tbody>
    </table>
  );
}

interface TraceRowProps {
  readonly trace: Json<FoundTrace>;
  readonly longest: number;
  readonly window: URLSearchParams;
}

function TraceRow({ trace, longest, window }: TraceRowProps) {
  const startMs = millisOf(trace.startTimeUnixNano);
  return (
    <tr class={trace.status === 'ERROR' ? 'is-error' : ''}>
      <th scope="row">
        <a href={address(`/traces/${trace.traceId}`, window)}>
          <span class={`dot ${colorOf(trace.rootService ?? '')}`} aria-hidden="true" />
          <span class="muted">{trace.rootService ?? 'root is missing'}</span> {trace.rootName ?? trace.traceId}
        </a>{' '}
        {trace.errorCount > 0 && (
          <span class="tag error">{trace.errorCount === 1 ? '1 error' : `${trace.errorCount} errors`}</span>
        )}{' '}
        {trace.orphanCount > 0 && <span class="tag">incomplete</span>}
      </th>
      <td>{startMs === null ? '–' : <time title={formatTime(startMs)}>{formatAge(startMs, Date.now())}</time>}</td>
      <td class="number">
        {formatDuration(trace.durationMs)}
        <span class="share" aria-hidden="true">
          <span style={{ width: `${((trace.durationMs ?? 0) / (longest || 1)) * 100}%` }} />
        </span>
      </td>
      <td class="number">{trace.spanCount}</td>
      <td>
        {trace.services.map(({ name, spanCount, errorCount }) => (
          <span key={name} class={errorCount > 0 ? 'tag error' : 'tag'}>
            {name} {spanCount}
          </span>
        ))}
      </td>
      <td>{trace.policy ?? '–'}</td>
    </tr>
  );
}
