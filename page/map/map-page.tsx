import type { Coverage, Dependency } from '../../lib/read/results.ts';
import type { Json } from '../shared/api.ts';
import { Columns } from '../shared/columns.tsx';
import { colorOf, formatCount, formatShare } from '../shared/format.ts';
import { addressOf, type Place, windowOf } from '../shared/location.ts';
import { TableBox } from '../shared/table-box.tsx';
import { useAnswer } from '../shared/use-answer.ts';
import { WindowView } from '../shared/window-view.tsx';
import { layersOf } from './layers.ts';

const BOX = { width: 170, height: 40 };
const GAP = { x: 90, y: 24 };
const EDGE = 20;

/** Which service calls which, as a picture and as a table. */
export function MapPage({ place }: { readonly place: Place }) {
  const window = windowOf(place.query);
  const answer = useAnswer<Coverage & { readonly dependencies: readonly Dependency[] }>('dependencies', window);
  const dependencies = answer.value?.dependencies ?? [];
  return (
    <>
      <h1>Service map</h1>
      <WindowView
        place={place}
        answer={answer}
        isEmpty={dependencies.length === 0}
        whenEmpty="No kept trace of this time has a call from one service to another."
      >
        <ServiceMap dependencies={dependencies} window={window} />
        <CallTable dependencies={dependencies} />
      </WindowView>
    </>
  );
}

interface ServiceMapProps {
  readonly dependencies: readonly Json<Dependency>[];
  /** Goes along to the traces of a service. */
  readonly window: URLSearchParams;
}

function ServiceMap({ dependencies, window }: ServiceMapProps) {
  const services = [...new Set(dependencies.flatMap(({ parent, child }) => [parent, child]))];
  const layers = layersOf(services, dependencies);
  const places = new Map(
    layers.flatMap((layer, column) =>
      layer.map((service, row): [string, { x: number; y: number }] => [
        service,
        { x: EDGE + column * (BOX.width + GAP.x), y: EDGE + row * (BOX.height + GAP.y) },
      ]),
    ),
  );
  const width = layers.length * (BOX.width + GAP.x) - GAP.x + 2 * EDGE;
  const height = Math.max(...layers.map(({ length }) => length)) * (BOX.height + GAP.y) + 2 * EDGE;
  const most = Math.max(...dependencies.map(({ estimatedCalls }) => estimatedCalls));
  return (
    <nav class="map" aria-label="Services that call one another; the table has the calls">
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        <title>Calls between services</title>
        {dependencies.map(({ parent, child, estimatedCalls, keptErrors }) => {
          const from = places.get(parent);
          const to = places.get(child);
          if (from === undefined || to === undefined) return null;
          return (
            <path
              key={`${parent} ${child}`}
              class={keptErrors > 0 ? 'call error' : 'call'}
              d={curve(from, to)}
              stroke-width={1 + 4 * Math.sqrt(estimatedCalls / most)}
            />
          );
        })}
        {[...places].map(([service, { x, y }]) => (
          <a key={service} class="service" href={addressOf('/', window, { service })}>
            <title>{`Traces with ${service}`}</title>
            <rect x={x} y={y} width={BOX.width} height={BOX.height} rx="6" />
            <circle class={colorOf(service)} cx={x + 14} cy={y + BOX.height / 2} r="5" />
            <text x={x + 28} y={y + BOX.height / 2 + 4}>
              {service.length > 20 ? `${service.slice(0, 19)}…` : service}
            </text>
          </a>
        ))}
      </svg>
    </nav>
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** From the right side of one box to the left side of the other; back, in a circle of calls, below both. */
function curve(from: Point, to: Point): string {
  const start = { x: from.x + BOX.width, y: from.y + BOX.height / 2 };
  const end = { x: to.x, y: to.y + BOX.height / 2 };
  const bend = Math.max(GAP.x / 2, Math.abs(end.x - start.x) / 2);
  return `M${start.x},${start.y} C${start.x + bend},${start.y} ${end.x - bend},${end.y} ${end.x},${end.y}`;
}

function CallTable({ dependencies }: { readonly dependencies: readonly Json<Dependency>[] }) {
  return (
    <TableBox label="Calls between services">
      <table>
        <caption>Calls in kept traces. Estimates count each call by the weight of its trace.</caption>
        <Columns
          columns={[
            'From',
            'To',
            { number: 'Calls kept' },
            { number: 'Calls estimated' },
            { number: 'Errors, estimated' },
          ]}
        />
        <tbody>
          {dependencies.map(({ parent, child, keptCalls, estimatedCalls, estimatedErrors }) => (
            <tr key={`${parent} ${child}`}>
              <th scope="row">{parent}</th>
              <td>{child}</td>
              <td class="number">{formatCount(keptCalls)}</td>
              <td class="number">{formatCount(estimatedCalls)}</td>
              <td class="number">{formatShare(estimatedErrors, estimatedCalls)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  );
}
