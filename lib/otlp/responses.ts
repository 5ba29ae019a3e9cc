/** The bodies of OTLP/HTTP responses (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response). */
import { LENGTH_DELIMITED, tagOf, VARINT } from './protobuf/wire-values.ts';
import { WireWriter } from './protobuf/writer.ts';

/** The encodings of OTLP/HTTP. A response has the encoding of its request. */
export type OtlpEncoding = 'protobuf' | 'json';

const PARTIAL_SUCCESS = tagOf(1, LENGTH_DELIMITED);
const REJECTED_SPANS = tagOf(1, VARINT);
const ERROR_MESSAGE = tagOf(2, LENGTH_DELIMITED);

export interface PartialSuccess {
  /** How many spans will never be accepted. 0 with a message is a warning. */
  readonly rejectedSpans: number;
  /** For the developer who sends them: what is wrong, and what is allowed. */
  readonly errorMessage: string;
}

/**
 * The body of the response to an export request that was accepted, in full or in part: `ExportTraceServiceResponse`
 * (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response).
 */
export function encodeExportResponse(encoding: OtlpEncoding, partial?: PartialSuccess): Uint8Array {
  if (encoding === 'json') return new TextEncoder().encode(JSON.stringify(toJson(partial)));
  const writer = new WireWriter(64);
  if (partial !== undefined) {
    const message = new TextEncoder().encode(partial.errorMessage);
    writer.ensure(message.length + 32);
    writer.varint32(PARTIAL_SUCCESS);
    const start = writer.beginLengthDelimited();
    if (partial.rejectedSpans !== 0) {
      writer.varint32(REJECTED_SPANS);
      writer.varint32(partial.rejectedSpans);
    }
    if (message.length > 0) writer.lengthDelimited(ERROR_MESSAGE, message);
    writer.endLengthDelimited(start);
  }
  return writer.finish();
}

/** In proto3 JSON an int64 is a string, and default values are left out. */
function toJson(partial: PartialSuccess | undefined): unknown {
  if (partial === undefined) return {};
  const { rejectedSpans, errorMessage } = partial;
  return {
    partialSuccess: {
      ...(rejectedSpans === 0 ? {} : { rejectedSpans: String(rejectedSpans) }),
      ...(errorMessage === '' ? {} : { errorMessage }),
    },
  };
}

const CODE = tagOf(1, VARINT);
const MESSAGE = tagOf(2, LENGTH_DELIMITED);

/** `google.rpc.Status`, without details. */
export interface RpcStatus {
  /** A gRPC status code, such as 3 for `INVALID_ARGUMENT`; 0 or more. */
  readonly code: number;
  /** For the developer who sends the request. */
  readonly message: string;
}

/** The body of the response to a failed request (https://opentelemetry.io/docs/specs/otlp/#failures-1). */
export function encodeStatus(encoding: OtlpEncoding, status: RpcStatus): Uint8Array {
  const { code, message } = status;
  if (encoding === 'json') return new TextEncoder().encode(JSON.stringify({ code, message }));
  const text = new TextEncoder().encode(message);
  const writer = new WireWriter(text.length + 32);
  if (code !== 0) {
    writer.varint32(CODE);
    writer.varint32(code);
  }
  if (text.length > 0) writer.lengthDelimited(MESSAGE, text);
  return writer.finish();
}
