import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { opentelemetry } from '../../proto/generated/otlp.js';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;

/** How the requests of an exporter are written. */
export interface PlannedEncoding {
  readonly encoding: 'protobuf' | 'json';
  /** Of the first attempt only a part arrives. Never of plain protobuf, the beginning of which may be a request, too. */
  readonly isCut: boolean;
}

export const plannedEncoding = {
  encoding: fc.constantFrom<PlannedEncoding['encoding'][]>('protobuf', 'protobuf', 'json'),
  isCut: fc.constantFrom(false, false, false, false, false, true),
};

/** Of a history. It takes much processor time. */
export interface PlannedCompression {
  readonly isGzip: boolean;
}

/** Whether a part of the first attempt arrives. */
export function isFirstCut({ encoding, isCut }: PlannedEncoding, { isGzip }: PlannedCompression): boolean {
  return isCut && (encoding === 'json' || isGzip);
}

/** Takes 2 KB of memory, where the default takes 270. */
const SMALL = { level: 1, windowBits: 9, memLevel: 1, chunkSize: 1024 };

type ResourceSpans = opentelemetry.proto.trace.v1.IResourceSpans;

/** A request in protobuf, and as JSON once somebody sends it so. The fragments of both are equal byte for byte. */
export class EncodedRequest {
  readonly protobuf: Uint8Array;
  readonly #resourceSpans: readonly object[];

  constructor(resourceSpans: readonly object[]) {
    this.#resourceSpans = resourceSpans;
    this.protobuf = ExportTraceServiceRequest.encode(ExportTraceServiceRequest.fromObject({ resourceSpans })).finish();
  }

  /** What is posted. @param part how much of the body arrives: 1 is all of it */
  post({ encoding }: PlannedEncoding, { isGzip }: PlannedCompression, part: number) {
    const isJson = encoding === 'json';
    const body = this.#body(isJson, isGzip);
    return {
      body: body.subarray(0, Math.ceil(body.length * part)),
      // Lambda hands JSON on as text, and cannot take it compressed; one machine can.
      isText: isJson && !isGzip,
      headers: {
        'content-type': isJson ? 'application/json' : 'application/x-protobuf',
        ...(isGzip && { 'content-encoding': 'gzip' }),
      },
    };
  }

  #body(isJson: boolean, isGzip: boolean): Uint8Array {
    const plain = isJson ? Buffer.from(jsonOf(this.#resourceSpans)) : this.protobuf;
    return isGzip ? gzipSync(plain, SMALL) : plain;
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
