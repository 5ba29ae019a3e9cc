/** The bodies of OTLP/HTTP responses (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response). */
import { FieldCursor } from './protobuf/field-cursor.ts';
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

/** The status in the body of a response to a request in protobuf. */
export function decodeStatus(body: Uint8Array): RpcStatus {
  let code = 0;
  let message = '';
  const field = new FieldCursor(body, 0, body.length);
  while (field.next()) {
    if (field.field === 1) code = field.uint32();
    else if (field.field === 2) message = new TextDecoder().decode(body.subarray(field.from, field.to));
  }
  return { code, message };
}

const DETAILS = tagOf(3, LENGTH_DELIMITED);
const ANY_TYPE_URL = tagOf(1, LENGTH_DELIMITED);
const ANY_VALUE = tagOf(2, LENGTH_DELIMITED);
const RETRY_DELAY = tagOf(1, LENGTH_DELIMITED);
const DURATION_SECONDS = tagOf(1, VARINT);
const RETRY_INFO = new TextEncoder().encode('type.googleapis.com/google.rpc.RetryInfo');

/**
 * The status `body` in protobuf, with a `google.rpc.RetryInfo` among its details, which OTLP/gRPC has in place of the header
 * `retry-after` (https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-throttling):
 * ```
 *   Status { code = 1, message = 2, details = 3: Any { type_url = 1, value = 2: RetryInfo { retry_delay = 1: Duration } } }
 * ```
 */
export function withRetryInfo(body: Uint8Array, seconds: number): Uint8Array {
  const writer = new WireWriter(body.length + RETRY_INFO.length + 64);
  writer.bytes.set(body);
  writer.offset = body.length;
  writer.varint32(DETAILS);
  const any = writer.beginLengthDelimited();
  writer.lengthDelimited(ANY_TYPE_URL, RETRY_INFO);
  writer.varint32(ANY_VALUE);
  const retryInfo = writer.beginLengthDelimited();
  writer.varint32(RETRY_DELAY);
  const duration = writer.beginLengthDelimited();
  writer.varint32(DURATION_SECONDS);
  writer.varint32(seconds);
  writer.endLengthDelimited(duration);
  writer.endLengthDelimited(retryInfo);
  writer.endLengthDelimited(any);
  return writer.finish();
}
