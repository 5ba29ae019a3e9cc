import type { Coverage, RedPoint } from '../../lib/read/results.ts';
import type { Json } from '../shared/api.ts';
import { Columns } from '../shared/columns.tsx';
import { colorOf, formatCount, formatDuration, formatShare } from '../shared/format.ts';
import { address, addressOf, type Place, windowOf } from '../shared/location.ts';
import { TableBox } from '../shared/table-box.tsx';
import { useAnswer } from '../shared/use-answer.ts';
import { WindowView } from '../shared/window-view.tsx';
import { type Red, redByName } from './red-by-name.ts';
import { RedCharts } from './red-charts.tsx';

/** Seconds of an interval, by the window: about 60 points. */
const STEPS: Readonly<Record<string, number>> = { '-15m': 15, '-1h': 60, '-6h': 360, '-24h': 1440, '-7d': 10_080 };

/** Requests, errors and durations of each service, or of each operation of one service, over time. */
export function RedPage({ place }: { readonly place: Place }) {
  const { query } = place;
  const window = windowOf(query);
  const service = query.get('service');
  const asked = new URLSearchParams(window);
  asked.set('step', String(STEPS[query.get('from') ?? '-1h'] ?? 60));
  if (service !== null) {
    asked.set('service', service);
    asked.set('by', 'operation');
  }
  const answer = useAnswer<Coverage & { readonly points: readonly RedPoint[] }>('red', asked);
  const points: readonly Json<RedPoint>[] = answer.value?.points ?? [];
  const rows = redByName(points);
  return (
    <>
      <h1>
        {service === null ? (
          'Services'
        ) : (
          <>
            <a href={address('/services', window)}>Services</a> › {service}
          </>
        )}
      </h1>
      <WindowView
        place={place}
        answer={answer}
        isEmpty={rows.length === 0}
        whenEmpty="No kept trace of this time has a request."
      >
        <RedCharts points={points} stepSeconds={Number(asked.get('step'))} />
        <RedTable rows={rows} window={window} isOfOperations={service !== null} />
      </WindowView>
    </>
  );
}

interface RedTableProps {
  readonly rows: readonly Red[];
  readonly window: URLSearchParams;
  readonly isOfOperations: boolean;
}

function RedTable({ rows, window, isOfOperations }: RedTableProps) {
  return (
    <TableBox label="Requests, errors and durations">
      <table>
        <caption>
          Estimated from kept traces by their weights. Durations are the median of those of the intervals.
        </caption>
        <Columns
          columns={[
            isOfOperations ? 'Operation' : 'Service',
            { number: 'Requests' },
            { number: 'Errors' },
            { number: 'p50' },
            { number: 'p95' },
            { number: 'p99' },
            'Traces',
          ]}
        />
        <tbody>
          {rows.map(({ service, operation, requests, errors, p50Ms, p95Ms, p99Ms }) => (
            <tr key={`${service} ${operation}`}>
              <th scope="row">
                <span class={`dot ${colorOf(service)}`} aria-hidden="true" />{' '}
                {operation ?? <a href={addressOf('/services', window, { service })}>{service}</a>}
              </th>
              <td class="number">{formatCount(requests)}</td>
              <td class="number">{formatShare(errors, requests)}</td>
              <td class="number">{formatDuration(p50Ms)}</td>
              <td class="number">{formatDuration(p95Ms)}</td>
              <td class="number">{formatDuration(p99Ms)}</td>
              <td>
                <a href={addressOf('/', window, { service, operation })}>see them</a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}
