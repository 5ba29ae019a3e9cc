import { UnreadableError } from '../../archive/read-line.ts';
import { type LineJson, linesIn, type ResourceSpansJson, readLine, serviceOf, valueText } from '../otlp-json.ts';
import type { ObjectSummary } from './object-summary.ts';
import { SummaryBuilder } from './summary-builder.ts';

/**
 * The summary of an object of lines.
 * @param text uncompressed
 * @throws {UnreadableError} when a line is not one of the archive
 */
export function summarizeLines(key: string, text: Uint8Array): ObjectSummary {
  const builder = new SummaryBuilder();
  for (const { begin, end } of linesIn(text)) {
    const line = readLine(text.subarray(begin, end));
    try {
      addLine(builder, line, begin, end);
    } catch (error) {
      // Values of other types than those of OTLP JSON.
      throw new UnreadableError(`is not OTLP JSON: ${error instanceof Error ? error.message : error}`);
    }
  }
  return builder.build(key, true);
}

/** The summary of lines that have been read. */
export function summarizeLineJson(key: string, lines: readonly LineJson[]): ObjectSummary {
  const builder = new SummaryBuilder();
  for (const line of lines) addLine(builder, line, 0, 0);
  return builder.build(key, true);
}

function addLine(builder: SummaryBuilder, line: LineJson, begin: number, end: number): void {
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
    const service = builder.service(serviceOf(resource));
    for (const { key, value } of resource?.attributes ?? []) {
      builder.addAttribute('resource', key, value === undefined ? null : valueText(value));
    }
    for (const { spans = [] } of scopeSpans) {
      for (const span of spans) {
        builder.addSpan(
          span.spanId,
          span.parentSpanId ?? '',
          span.name ?? '',
          service,
          span.kind ?? 0,
          span.status?.code ?? 0,
          offsetNanos(span.startTimeUnixNano, baseSeconds),
          offsetNanos(span.endTimeUnixNano, baseSeconds),
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

/** Exact up to a hundred days around the base. NaN: there is no such time, or it is 0. */
function offsetNanos(nanos: string | undefined, baseSeconds: number): number {
  if (nanos === undefined || nanos === '' || nanos === '0') return Number.NaN;
  return (secondsOf(nanos) - baseSeconds) * 1e9 + Number(nanos.slice(-9));
}

/** A time from its offset, in nanoseconds since the epoch. */
export function timeOf(offset: number, baseSeconds: number): bigint {
  return BigInt(baseSeconds) * 1_000_000_000n + BigInt(Math.round(offset));
}

function firstSeconds(resourceSpans: readonly ResourceSpansJson[]): number {
  for (const { scopeSpans = [] } of resourceSpans) {
    for (const { spans = [] } of scopeSpans) {
      for (const { startTimeUnixNano, endTimeUnixNano } of spans) {
        const time = startTimeUnixNano ?? endTimeUnixNano;
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
