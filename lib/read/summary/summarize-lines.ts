import { UnreadableError } from '../../archive/read-line.ts';
import { KnownResources } from '../known-resources.ts';
import {
  type LineJson,
  linesIn,
  type ResourceJson,
  type ResourceSpansJson,
  readLine,
  type SpanJson,
  serviceOf,
  valueText,
} from '../otlp-json.ts';
import type { ObjectSummary } from './object-summary.ts';
import { SummaryBuilder } from './summary-builder.ts';

/**
 * The summary of an object of lines, without those that are damaged.
 * @param text uncompressed
 * @param known those of the objects before it
 * @throws {UnreadableError} when there are no lines in it
 */
export function summarizeLines(key: string, text: Uint8Array, known = new KnownResources()): ObjectSummary {
  const builder = new SummaryBuilder();
  known.startObject();
  const parse = (line: string) => known.parse(line);
  const added = new Map<ResourceJson, number>();
  let [count, firstFault] = [0, ''];
  for (const { begin, end } of linesIn(text)) {
    try {
      const line = readLine(text.subarray(begin, end), parse);
      known.learn(line);
      addLine(builder, line, begin, end, (resource) => serviceOnce(builder, resource, known, added));
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      if (count++ === 0) firstFault = error.message;
    }
  }
  const summary = builder.build(key, true);
  return count === 0 ? summary : { ...summary, damage: { lines: count, firstFault } };
}

/** The summary of lines that have been read. */
export function summarizeLineJson(key: string, lines: readonly LineJson[]): ObjectSummary {
  const builder = new SummaryBuilder();
  for (const line of lines) addLine(builder, line, 0, 0, (resource) => addResource(builder, resource));
  return builder.build(key, true);
}

/** Adds a resource. @returns the number of its service */
function addResource(builder: SummaryBuilder, resource: ResourceJson | undefined): number {
  const service = builder.service(serviceOf(resource));
  for (const { key, value } of resource?.attributes ?? []) {
    builder.addAttribute('resource', key, value === undefined ? null : valueText(value));
  }
  return service;
}

/** The same, once for each of the known ones. */
function serviceOnce(
  builder: SummaryBuilder,
  resource: ResourceJson | undefined,
  known: KnownResources,
  added: Map<ResourceJson, number>,
): number {
  if (resource === undefined || !known.has(resource)) return addResource(builder, resource);
  let service = added.get(resource);
  if (service === undefined) {
    service = addResource(builder, resource);
    added.set(resource, service);
  }
  return service;
}

function addLine(
  builder: SummaryBuilder,
  line: LineJson,
  begin: number,
  end: number,
  serviceIn: (resource: ResourceJson | undefined) => number,
): void {
  const baseSeconds = firstSeconds(line.resourceSpans);
  builder.startLine({
    traceId: line.trace_id,
    seq: line.seq ?? 0,
    begin,
    end,
    baseSeconds,
    rootService: line.root_service ?? null,
    rootName: line.root_name ?? null,
    policy: line.sampling_policy ?? null,
    weight: line.sample_weight ?? Number.NaN,
    decidedAtMs: utcMs(line.decided_at),
  });
  for (const { resource, scopeSpans = [] } of line.resourceSpans) {
    const service = serviceIn(resource);
    for (const { spans = [] } of scopeSpans) {
      for (const span of spans) {
        builder.addSpan(
          span.spanId,
          span.parentSpanId ?? '',
          span.name ?? '',
          service,
          span.kind ?? 0,
          span.status?.code ?? 0,
          offsetNanos(startOf(span), baseSeconds),
          offsetNanos(endOf(span), baseSeconds),
        );
        const { attributes = [] } = span;
        for (const { key, value } of attributes) {
          builder.addAttribute('span', key, value === undefined ? null : valueText(value));
        }
      }
    }
  }
}

/** Seconds of a time in nanoseconds, which has up to 20 digits: too many for a number. */
function secondsOf(nanos: string): number {
  return nanos.length > 9 ? Number(nanos.slice(0, -9)) : 0;
}

/** In April 2262, as the views and parts have it (docs/archive.md, "What is odd"). */
const LATEST_TIME = '9223372036854775807';
const MAX_TIME = BigInt(LATEST_TIME);

function isTooLate(nanos: string): boolean {
  return nanos.length > LATEST_TIME.length || (nanos.length === LATEST_TIME.length && nanos > LATEST_TIME);
}

/** A start that no column holds is none. */
function startOf({ startTimeUnixNano: nanos }: SpanJson): string | undefined {
  return nanos === undefined || isTooLate(nanos) ? undefined : nanos;
}

/** An end that no column holds is the latest that one does, because the span is finished. */
function endOf({ endTimeUnixNano: nanos }: SpanJson): string | undefined {
  return nanos !== undefined && isTooLate(nanos) ? LATEST_TIME : nanos;
}

/** Exact up to a hundred days around the base. NaN: there is no such time, or it is 0. */
function offsetNanos(nanos: string | undefined, baseSeconds: number): number {
  if (nanos === undefined || Number(nanos) === 0) return Number.NaN;
  return (secondsOf(nanos) - baseSeconds) * 1e9 + Number(nanos.slice(-9));
}

/** A time from its offset, in nanoseconds since the epoch. */
export function timeOf(offset: number, baseSeconds: number): bigint {
  const time = BigInt(baseSeconds) * 1_000_000_000n + BigInt(Math.round(offset));
  // Far from the base, an offset is rounded.
  return time > MAX_TIME ? MAX_TIME : time;
}

function firstSeconds(resourceSpans: readonly ResourceSpansJson[]): number {
  for (const { scopeSpans = [] } of resourceSpans) {
    for (const { spans = [] } of scopeSpans) {
      for (const span of spans) {
        const time = startOf(span) ?? endOf(span);
        if (time !== undefined) return secondsOf(time);
      }
    }
  }
  return 0;
}

/** Of a time as the columns spell it, in milliseconds since the epoch. */
function utcMs(text: string | null | undefined): number {
  return text === null || text === undefined ? Number.NaN : Date.parse(`${text.replace(' ', 'T')}Z`);
}
