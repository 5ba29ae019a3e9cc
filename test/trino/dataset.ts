import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { World } from '../pipeline/world.ts';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;

/** Tables see the last days only: the traces are of yesterday noon, UTC. */
const DAY_MS = 86_400_000;
export const NOON_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS / 2;

const CONFIG = `
decision_wait: 10s
policies:
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - { name: half, type: probabilistic, probabilistic: { sampling_percentage: 50 } }
  - name: some-odd
    type: and
    and:
      and_sub_policy:
        - { name: odd, type: string_attribute, string_attribute: { key: odd, values: [yes] } }
        - { name: rate, type: rate_limiting, rate_limiting: { spans_per_second: 100000 } }
`;

/** A value of OTLP in the words of its JSON form. */
export type OtlpValue = Readonly<Record<string, unknown>>;

export interface DataSpan {
  readonly trace: number;
  readonly id: number;
  readonly parent?: number;
  readonly service: string;
  readonly name: string;
  readonly kind?: number;
  /** Nanoseconds after noon; undefined: the span has none. */
  readonly start?: bigint | undefined;
  readonly end?: bigint | undefined;
  readonly error?: string;
  readonly attributes?: readonly { readonly key: string; readonly value: OtlpValue }[];
  readonly exception?: { readonly type: string; readonly message: string };
  readonly links?: readonly number[];
  /** Attributes of an event. */
  readonly event?: readonly { readonly key: string; readonly value: OtlpValue }[];
  /** Whether its parent ID is all zero, and so are the IDs of a link more: of a span without a parent. */
  readonly hasZeros?: true;
}

/** Well spread, because the sampling hash is not. */
export const traceIdOf = (trace: number): string =>
  ((BigInt(trace + 1) * 0x9e3779b97f4a7c15f39cc0605cedc835n) & ((1n << 128n) - 1n)).toString(16).padStart(32, '0');
export const spanIdOf = (id: number): string => `cd${id.toString(16).padStart(14, '0')}`;
export const MS = 1_000_000n;
export const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** Sends spans to the pipeline and lets it decide: the first list of requests at once, the second when all is decided. */
export async function writeArchive(dataDir: string, requests: readonly DataSpan[][], late: readonly DataSpan[][]) {
  const world = new World({ yaml: CONFIG });
  world.clock.set(NOON_MS + 60_000);
  for (const request of requests) await world.ingest(encode(request));
  await world.drain();
  world.clock.advance(45_000);
  for (const request of late) await world.ingest(encode(request));
  await world.drain();
  for (const key of world.archive.keys()) {
    const path = join(dataDir, 'archive', key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      gzipSync(
        world.archive
          .lines(key)
          .map((line) => `${line}\n`)
          .join(''),
      ),
    );
  }
  return world;
}

function encode(spans: readonly DataSpan[]): Uint8Array {
  const services = [...new Set(spans.map(({ service }) => service))];
  const resourceSpans = services.map((service) => ({
    resource: { attributes: [text('service.name', service), text('host', `${service}-1`)] },
    scopeSpans: [{ scope: { name: 'test' }, spans: spans.filter((span) => span.service === service).map(toOtlp) }],
  }));
  return ExportTraceServiceRequest.encode(ExportTraceServiceRequest.fromObject({ resourceSpans })).finish();
}

function toOtlp(span: DataSpan): object {
  const at = (offset: bigint | undefined) => (offset === undefined ? '0' : String(BigInt(NOON_MS) * MS + offset));
  const { exception } = span;
  return {
    traceId: Buffer.from(traceIdOf(span.trace), 'hex'),
    spanId: Buffer.from(spanIdOf(span.id), 'hex'),
    ...(span.parent !== undefined && { parentSpanId: Buffer.from(spanIdOf(span.parent), 'hex') }),
    ...(span.hasZeros && { parentSpanId: Buffer.alloc(8) }),
    name: span.name,
    kind: span.kind ?? 1,
    startTimeUnixNano: at(span.start),
    endTimeUnixNano: at(span.end),
    attributes: span.attributes ?? [],
    ...(span.error !== undefined && { status: { code: 2, message: span.error } }),
    ...(span.event && { events: [{ name: 'event', timeUnixNano: at(span.start), attributes: span.event }] }),
    ...(exception && {
      events: [
        { name: 'log', timeUnixNano: at(span.start) },
        {
          name: 'exception',
          timeUnixNano: at(span.end),
          attributes: [text('exception.type', exception.type), text('exception.message', exception.message)],
        },
      ],
    }),
    links: [
      ...(span.hasZeros ? [{ traceId: Buffer.alloc(16), spanId: Buffer.alloc(8) }] : []),
      ...(span.links ?? []).map((trace) => ({
        traceId: Buffer.from(traceIdOf(trace), 'hex'),
        spanId: Buffer.from(spanIdOf(1), 'hex'),
      })),
    ],
  };
}
