import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { opentelemetry } from '../../proto/generated/otlp.js';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;

/** How an exporter writes its requests. JSON comes as text, as Lambda hands it on, unless it is compressed, which one machine takes. */
export const ENCODINGS = ['protobuf', 'gzip', 'json', 'json gzip'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** How the requests of an exporter travel. */
export interface PlannedEncoding {
  readonly encoding: Encoding;
  /** Of the first attempt only a part arrives. Never of plain protobuf, the beginning of which may be a request, too. */
  readonly isCut: boolean;
}

export const plannedEncoding = {
  encoding: fc.constantFrom<Encoding[]>('protobuf', 'protobuf', 'protobuf', 'json', 'json', 'gzip'),
  isCut: fc.constantFrom(false, false, false, false, false, true),
};

/** Whether a part of the first attempt arrives. */
export function isFirstCut({ encoding, isCut }: PlannedEncoding): boolean {
  return isCut && encoding !== 'protobuf';
}

/** Takes 2 KB of memory, where the default takes 270. */
const SMALL = { level: 1, windowBits: 9, memLevel: 1, chunkSize: 1024 };

type ResourceSpans = opentelemetry.proto.trace.v1.IResourceSpans;

/** A request in protobuf, and as JSON once somebody sends it so. The fragments of both are equal byte for byte. */
export class EncodedRequest {
  readonly protobuf: Uint8Array;
  readonly #resourceSpans: readonly object[];
  readonly #bodies = new Map<Encoding, Uint8Array>();

  constructor(resourceSpans: readonly object[]) {
    this.#resourceSpans = resourceSpans;
    this.protobuf = ExportTraceServiceRequest.encode(ExportTraceServiceRequest.fromObject({ resourceSpans })).finish();
  }

  /** What is posted. @param part how much of the body arrives: 1 is all of it */
  post({ encoding }: PlannedEncoding, part: number) {
    const isJson = encoding.startsWith('json');
    const isGzip = encoding.endsWith('gzip');
    const body = this.#body(encoding);
    return {
      body: body.subarray(0, Math.ceil(body.length * part)),
      isText: isJson && !isGzip,
      headers: {
        'content-type': isJson ? 'application/json' : 'application/x-protobuf',
        ...(isGzip && { 'content-encoding': 'gzip' }),
      },
    };
  }

  #body(encoding: Encoding): Uint8Array {
    let body = this.#bodies.get(encoding);
    if (body === undefined) {
      const plain = encoding.startsWith('json') ? Buffer.from(jsonOf(this.#resourceSpans)) : this.protobuf;
      body = encoding.endsWith('gzip') ? gzipSync(plain, SMALL) : plain;
      this.#bodies.set(encoding, body);
    }
    return body;
  }
}

/** IDs are hex digits in OTLP JSON; everything else is written as it is. */
function jsonOf(resourceSpans: readonly ResourceSpans[]): string {
  const hex = (id: Uint8Array | null | undefined) => id && Buffer.from(id).toString('hex');
  const written = resourceSpans.map(({ scopeSpans, ...rest }) => ({
    ...rest,
    scopeSpans: scopeSpans?.map(({ spans, ...scope }) => ({
      ...scope,
      spans: spans?.map((span) => ({
        ...span,
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
      })),
    })),
  }));
  return JSON.stringify({ resourceSpans: written });
}
