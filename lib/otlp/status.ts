import type { OtlpEncoding } from './otlp-encoding.ts';
import { LENGTH_DELIMITED, tagOf, VARINT } from './protobuf/wire.ts';
import { WireWriter } from './protobuf/writer.ts';

const CODE = tagOf(1, VARINT);
const MESSAGE = tagOf(2, LENGTH_DELIMITED);

/** `google.rpc.Status`, without details. */
export interface RpcStatus {
  /** A gRPC status code, e.g. 3 for `INVALID_ARGUMENT`. 0 or more. */
  readonly code: number;
  /** For the developer who sends the request. */
  readonly message: string;
}

/** The body of the answer to a request that failed (https://opentelemetry.io/docs/specs/otlp/#failures-1). */
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
