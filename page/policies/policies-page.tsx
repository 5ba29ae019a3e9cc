import type { Coverage, PolicyCount } from '../../lib/read/results.ts';
import { formatCount, formatShare } from '../shared/format.ts';
import { address, type Place, windowOf } from '../shared/location.ts';
import { CoverageNotice, ErrorNotice, Loading } from '../shared/notices.tsx';
import { TableBox } from '../shared/table-box.tsx';
import { useAnswer } from '../shared/use-answer.ts';
import { WindowSelect } from '../shared/window-select.tsx';
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
      <form class="filters" onSubmit={(event) => event.preventDefault()} aria-label="Filters">
        <WindowSelect place={place} />
      </form>
      <Loading isLoading={answer.isLoading && answer.value === undefined} />
      <ErrorNotice answer={answer} />
      <CoverageNotice coverage={answer.value} />
      {answer.value !== undefined && policies.length === 0 && (
        <p class="notice">No trace of this time has been kept.</p>
      )}
      {policies.length > 0 && (
        <TableBox label="What each policy has kept">
          <table>
            <caption>Kept traces by the policy that decided. Estimates count each trace by its weight.</caption>
            <thead>
              <tr>
                <th scope="col">Policy</th>
                <th scope="col" class="number">
                  Traces
                </th>
                <th scope="col" class="number">
                  Share of what is kept
                </th>
                <th scope="col" class="number">
                  With errors
                </th>
                <th scope="col" class="number">
                  Spans
                </th>
                <th scope="col" class="number">
                  Stand for
                </th>
              </tr>
            </thead>
            <tbody>
              {policies.map(({ policy, traces, errorTraces, spans, estimatedTraces, unknownWeight }) => (
                <tr key={policy}>
                  <th scope="row">
                    <a href={address('/', withPolicy(window, policy))}>{policy}</a>
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
      )}
    </>
  );
}

function withPolicy(window: URLSearchParams, policy: string): URLSearchParams {
  const query = new URLSearchParams(window);
  query.set('policy', policy);
  return query;
}
