import type { ArrivalJson } from '../../lib/pipeline/explain/report-json.ts';
import type { Json } from '../shared/api.ts';
import { Columns } from '../shared/columns.tsx';
import { colorOf, formatCount, formatTime } from '../shared/format.ts';
import { TableBox } from '../shared/table-box.tsx';
import type { Explained } from './fate.ts';

/** Of more, the first and the last ones. */
const MAX_ROWS = 20;

/** What came of a trace, when, and from which service. */
export function ArrivalsTable({ explained }: { readonly explained: Explained }) {
  const { arrivals } = explained;
  if (arrivals.length === 0) return null;
  const half = MAX_ROWS / 2;
  const hidden = Math.max(0, arrivals.length - MAX_ROWS);
  const shown = hidden === 0 ? arrivals : [...arrivals.slice(0, half), ...arrivals.slice(-half)];
  return (
    <TableBox label="What came">
      <table class="stacked arrivals">
        <caption>
          What came, and when
          {hidden > 0 && `: the first and the last ${half} of ${formatCount(arrivals.length)} requests`}. A service that
          is not here has sent nothing, or under another trace ID.
        </caption>
        <Columns columns={['Received', { number: 'Spans' }, 'From', 'What then']} />
        <tbody>
          {shown.map((arrival, index) => (
            <tr key={`${arrival.received_at} ${index}`}>
              <th scope="row">{formatTime(Date.parse(arrival.received_at))}</th>
              <td class="number">
                {formatCount(arrival.span_count)}
                <span class="if-narrow"> {arrival.span_count === 1 ? 'span' : 'spans'}</span>
              </td>
              <td>
                <Services arrival={arrival} />
              </td>
              <td class="muted">{noteOf(arrival, explained)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}

function Services({ arrival }: { readonly arrival: Json<ArrivalJson> }) {
  const { services } = arrival;
  if (services === undefined) return <span class="muted">{arrival.is_expired ? 'expired' : 'not read'}</span>;
  return (
    <>
      {services.map(({ service, span_count: spans }) => (
        <span key={service} class="tag">
          <span class={`dot ${colorOf(service ?? 'unknown')}`} aria-hidden="true" /> {service ?? 'no service.name'}
          {spans > 1 && ` × ${formatCount(spans)}`}
        </span>
      ))}
    </>
  );
}

function noteOf({ is_expired, is_kept, due_at: dueAt }: Json<ArrivalJson>, { state, as_of: asOf }: Explained): string {
  if (is_expired) return '';
  const due = dueAt === undefined ? '' : formatTime(Date.parse(dueAt));
  if (state === 'kept') return is_kept ? 'kept' : `late: written at ${due}`;
  return dueAt !== undefined && dueAt > asOf ? `next look: ${due}` : '';
}
