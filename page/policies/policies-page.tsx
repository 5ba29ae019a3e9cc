import type { Coverage, PolicyCount } from '../../lib/read/results.ts';
import { Columns } from '../shared/columns.tsx';
import { formatCount, formatShare } from '../shared/format.ts';
import { addressOf, type Place, windowOf } from '../shared/location.ts';
import { TableBox } from '../shared/table-box.tsx';
import { useAnswer } from '../shared/use-answer.ts';
import { WindowView } from '../shared/window-view.tsx';
import { LiveFunnel } from './live-funnel.tsx';

/** What each policy has kept, and what the running pipeline does with what arrives. */
export function PoliciesPage({ place }: { readonly place: Place }) {
  const window = windowOf(place.query);
  const answer = useAnswer<Coverage & { readonly policies: readonly PolicyCount[] }>('policies', window);
  const policies = answer.value?.policies ?? [];
  const kept = policies.reduce((sum, { traces }) => sum + traces, 0);
  return (
    <>
      <h1>Policies</h1>
      <LiveFunnel />
      <WindowView
        place={place}
        answer={answer}
        isEmpty={policies.length === 0}
        whenEmpty="No trace of this time has been kept."
      >
        <TableBox label="What each policy has kept">
          <table>
            <caption>Kept traces by the policy that decided. Estimates count each trace by its weight.</caption>
            <Columns
              columns={[
                'Policy',
                { number: 'Traces' },
                { number: 'Share of what is kept' },
                { number: 'With errors' },
                { number: 'Spans' },
                { number: 'Stand for' },
              ]}
            />
            <tbody>
              {policies.map(({ policy, traces, errorTraces, spans, estimatedTraces, unknownWeight }) => (
                <tr key={policy}>
                  <th scope="row">
                    <a href={addressOf('/', window, { policy })}>{policy}</a>
                  </th>
                  <td class="number">{formatCount(traces)}</td>
                  <td class="number">{formatShare(traces, kept)}</td>
                  <td class="number">{formatCount(errorTraces)}</td>
                  <td class="number">{formatCount(spans)}</td>
                  <td class="number">
                    {formatCount(estimatedTraces)}
                    {unknownWeight > 0 && <span class="muted"> ({formatCount(unknownWeight)} of unknown weight)</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      </WindowView>
    </>
  );
}
