import type { EventJson, KeyValueJson } from '../../lib/read/otlp-json.ts';
import { type Fact, Facts } from '../shared/facts.tsx';
import { colorOf, formatDuration, formatTime } from '../shared/format.ts';
import { selfTimeUs } from './critical-path.ts';
import type { SpanNode, SpanTree } from './span-tree.ts';
import { valueText } from './visible-rows.ts';

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];

interface SpanDetailsProps {
  readonly node: SpanNode;
  readonly tree: SpanTree;
  /** More than 0: it arrived after the decision, or in a further line of a large trace. */
  readonly seq: number;
}

/** Everything that was sent of one span. */
export function SpanDetails({ node, tree, seq }: SpanDetailsProps) {
  const { span, service, startUs, endUs, resource, scope } = node;
  const facts: readonly Fact[] = [
    ['Kind', KINDS[span.kind ?? 0] ?? String(span.kind)],
    ['Starts after', formatDuration(startUs / 1000)],
    ['Duration', formatDuration((endUs - startUs) / 1000)],
    ['Self time', formatDuration(selfTimeUs(node) / 1000)],
    ['At', formatTime(Number(tree.startNanos / 1_000_000n) + startUs / 1000)],
    ['Span ID', span.spanId],
    ['Parent', span.parentSpanId ?? 'none'],
    ...(seq > 0 ? ([['Line', `${seq} of the trace, added after the decision`]] as const) : []),
  ];
  const dropped = [
    ['attributes', span.droppedAttributesCount],
    ['events', span.droppedEventsCount],
    ['links', span.droppedLinksCount],
  ].filter(([, count]) => Number(count ?? 0) > 0);
  return (
    <aside class="details" aria-label="The chosen span">
      <h2>
        <span class={`dot ${colorOf(service)}`} aria-hidden="true" /> {span.name}
      </h2>
      <p class="muted">{service}</p>
      {node.isError && <p class="notice error">{span.status?.message ?? 'The span has the status ERROR.'}</p>}
      <Facts facts={facts} isSmall />
      {dropped.length > 0 && (
        <p class="notice">
          The SDK dropped {dropped.map(([what, count]) => `${count} ${what}`).join(', ')}: its limits are lower.
        </p>
      )}
      <Attributes title="Attributes" attributes={span.attributes} />
      <Events events={span.events ?? []} startNanos={tree.startNanos} />
      <Links node={node} />
      <Attributes title="Resource" attributes={resource.attributes} />
      <Attributes title={`Scope ${scope.name ?? ''} ${scope.version ?? ''}`} attributes={scope.attributes} />
    </aside>
  );
}

function Attributes({
  title,
  attributes = [],
}: {
  readonly title: string;
  readonly attributes: readonly KeyValueJson[] | undefined;
}) {
  if (attributes.length === 0) return null;
  return (
    <section>
      {title !== '' && <h3>{title}</h3>}
      <table class="attributes">
        <tbody>
          {attributes.map(({ key, value }, index) => (
            // A key may occur twice.
            <tr key={`${key} ${index}`}>
              <th scope="row">{breakable(key)}</th>
              <td>{valueText(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Long keys break behind their points and underscores. */
function breakable(key: string) {
  return key.split(/(?<=[._])/).map((part, index) => (
    <span key={`${part} ${index}`}>
      {part}
      <wbr />
    </span>
  ));
}

function Events({ events, startNanos }: { readonly events: readonly EventJson[]; readonly startNanos: bigint }) {
  if (events.length === 0) return null;
  return (
    <section>
      <h3>Events</h3>
      {events.map((event, index) => (
        <details key={`${event.timeUnixNano} ${index}`} open={event.name === 'exception'}>
          <summary>
            {event.name} <span class="muted">after {formatDuration(afterMs(event.timeUnixNano, startNanos))}</span>
          </summary>
          <Attributes title="" attributes={event.attributes} />
        </details>
      ))}
    </section>
  );
}

function afterMs(nanos: string | undefined, startNanos: bigint): number | null {
  return nanos === undefined ? null : Number(BigInt(nanos) - startNanos) / 1e6;
}

function Links({ node }: { readonly node: SpanNode }) {
  const { links = [] } = node.span;
  if (links.length === 0) return null;
  return (
    <section>
      <h3>Links</h3>
      <ul>
        {links.map(({ traceId = '', spanId = '', attributes }) => (
          <li key={traceId + spanId}>
            <a href={`/traces/${traceId}`}>
              <code>{traceId}</code>
            </a>
            <Attributes title="" attributes={attributes} />
          </li>
        ))}
      </ul>
    </section>
  );
}
