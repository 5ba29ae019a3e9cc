import type { SpanDetails } from '../bound-condition.ts';
import { type LineOfTrace, numberOrNull, textOf } from '../kept-trace.ts';
import type {
  AnyValueJson,
  EventJson,
  KeyValueJson,
  LineJson,
  LinkJson,
  ResourceSpansJson,
  SpanJson,
} from '../otlp-json.ts';
import { hexOf, KINDS, kindOf } from '../summary/object-summary.ts';
import { timeOf } from '../summary/summarize-lines.ts';
import type { Columns, PartReader } from './part-reader.ts';

/** Attributes of a part: texts by key; null: no value. */
type TextMap = Readonly<Record<string, string | null>>;

const DETAILS = ['status_message', 'attributes', 'resource_attributes'] as const;
const SPAN = [...DETAILS, 'status_code', 'scope_name', 'scope_version', 'trace_state', 'events', 'links'] as const;

/** Reads lines from a part once their objects are gone. */
export class PartLines {
  readonly #reader: PartReader;

  constructor(reader: PartReader) {
    this.#reader = reader;
  }

  /** As `LineReader.details`. */
  async details(line: LineOfTrace): Promise<readonly SpanDetails[]> {
    const rows = await this.#rows(line, DETAILS);
    return rows.map(({ columns, at }) => {
      const [ofSpan, ofResource] = [mapAt(columns, 'attributes', at), mapAt(columns, 'resource_attributes', at)];
      return {
        statusMessage: textAt(columns, 'status_message', at) ?? null,
        attribute: (scope, key) => {
          if (scope !== 'resource' && Object.hasOwn(ofSpan, key)) return ofSpan[key] ?? null;
          return scope !== 'span' && Object.hasOwn(ofResource, key) ? (ofResource[key] ?? null) : null;
        },
      };
    });
  }

  /** The line as OTLP JSON, as far as a part has it: attributes are texts. */
  async line(line: LineOfTrace): Promise<LineJson> {
    const { summary } = line;
    const { lines } = summary;
    const first = lines.firstRow[line.line] as number;
    const rows = await this.#rows(line, SPAN);
    const decidedAtMs = lines.decidedAtMs[line.line] as number;
    return {
      trace_id: hexOf(lines.traceId, line.line * 4, 4),
      seq: lines.seq[line.line] as number,
      root_service: textOf(summary, lines.rootService[line.line] as number),
      root_name: textOf(summary, lines.rootName[line.line] as number),
      sampling_policy: textOf(summary, lines.policy[line.line] as number),
      sample_weight: numberOrNull(lines.weight[line.line]),
      decided_at: Number.isNaN(decidedAtMs) ? null : new Date(decidedAtMs).toISOString().replace('T', ' ').slice(0, -1),
      resourceSpans: rows.map(({ columns, at }, i) => resourceSpans(columns, at, spanAt(line, first + i, columns, at))),
    };
  }

  #rows({ summary, line }: LineOfTrace, names: readonly string[]) {
    const { lines, part } = summary;
    const rows = part?.rows.subarray(lines.firstRow[line], lines.firstRow[line + 1]) ?? [];
    return this.#reader.groupsOf({ key: summary.key, byteLength: part?.byteLength ?? 0 }, [...rows], names);
  }
}

function resourceSpans(columns: Columns, at: number, span: SpanJson): ResourceSpansJson {
  const [name, version] = [textAt(columns, 'scope_name', at), textAt(columns, 'scope_version', at)];
  const scope = { ...(name !== undefined && { name }), ...(version !== undefined && { version }) };
  return {
    resource: { attributes: keyValues(mapAt(columns, 'resource_attributes', at)) },
    scopeSpans: [{ scope, spans: [span] }],
  };
}

function spanAt({ summary, line }: LineOfTrace, row: number, columns: Columns, at: number): SpanJson {
  const { spans, lines, texts } = summary;
  const base = lines.baseSeconds[line] as number;
  const timeAt = (offset: number) => (Number.isNaN(offset) ? undefined : String(timeOf(offset, base)));
  const [start, end] = [timeAt(spans.start[row] as number), timeAt(spans.end[row] as number)];
  const parentSpanId = hexOf(spans.parentId, row * 2, 2);
  const message = textAt(columns, 'status_message', at);
  const traceState = textAt(columns, 'trace_state', at);
  const events = (columns['events']?.[at] ?? []) as readonly PartEvent[];
  const links = (columns['links']?.[at] ?? []) as readonly PartLink[];
  return {
    traceId: hexOf(lines.traceId, line * 4, 4),
    spanId: hexOf(spans.spanId, row * 2, 2),
    ...(traceState !== undefined && { traceState }),
    ...(!/^0+$/.test(parentSpanId) && { parentSpanId }),
    name: texts[spans.name[row] as number] ?? '',
    kind: kindOf(spans.flags[row] as number) % KINDS.length,
    ...(start !== undefined && { startTimeUnixNano: start }),
    ...(end !== undefined && { endTimeUnixNano: end }),
    attributes: keyValues(mapAt(columns, 'attributes', at)),
    ...(events.length > 0 && { events: events.map(eventOf) }),
    ...(links.length > 0 && { links: links.map(linkOf) }),
    status: {
      ...(message !== undefined && { message }),
      code: (columns['status_code']?.[at] as number | null) ?? 0,
    },
  };
}

interface PartEvent {
  readonly time_ns?: bigint | null;
  readonly name?: string | null;
  readonly attributes?: TextMap | null;
}

function eventOf({ time_ns: time, name, attributes }: PartEvent): EventJson {
  return {
    ...(time !== null && time !== undefined && { timeUnixNano: String(time) }),
    ...(name !== null && name !== undefined && { name }),
    attributes: keyValues(attributes ?? {}),
  };
}

interface PartLink {
  readonly trace_id?: string | null;
  readonly span_id?: string | null;
}

function linkOf({ trace_id: traceId, span_id: spanId }: PartLink): LinkJson {
  return {
    ...(traceId !== null && traceId !== undefined && { traceId }),
    ...(spanId !== null && spanId !== undefined && { spanId }),
  };
}

function keyValues(map: TextMap): KeyValueJson[] {
  return Object.entries(map).map(([key, text]) => {
    const value: AnyValueJson = text === null || text === undefined ? {} : { stringValue: text };
    return { key, value };
  });
}

function mapAt(columns: Columns, name: string, at: number): TextMap {
  return (columns[name]?.[at] ?? {}) as TextMap;
}

function textAt(columns: Columns, name: string, at: number): string | undefined {
  const text = columns[name]?.[at];
  return typeof text === 'string' && text !== '' ? text : undefined;
}
