/** What a client has sent that Node.js cannot parse as a request. */
export interface Unreadable {
  /** Refusals of one kind are counted together. */
  readonly kind: 'tls' | 'http2' | 'headers' | 'timeout' | 'other';
  /** Of the answer: the line after `HTTP/1.1`. */
  readonly status: string;
  /** What it was, and what to do. */
  readonly reason: string;
}

/** An error of a connection, as Node.js gives it to `clientError`. */
export interface ConnectionError extends Error {
  readonly code?: string;
  /** What had come last. */
  readonly rawPacket?: Uint8Array;
}

/** A handshake record of TLS begins so, whatever the version (RFC 8446, section 5.1). */
const TLS_HANDSHAKE = [0x16, 0x03] as const;
/** What a client of HTTP/2 sends first (RFC 9113, section 3.4): gRPC, or HTTP/2 without an upgrade. */
export const HTTP2_PREFACE = 'PRI * HTTP/2';

/** Whether a client speaks TLS, by the first bytes that it sends. */
export function isTls(bytes: Uint8Array): boolean {
  return TLS_HANDSHAKE.every((byte, at) => bytes[at] === byte);
}

/** Tells apart, as far as the first bytes do, what was not HTTP/1.1. @param grpcUrl where OTLP/gRPC is taken, if anywhere */
export function describeUnreadable(error: ConnectionError, grpcUrl: string | undefined): Unreadable {
  const { code, message, rawPacket = new Uint8Array() } = error;
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { kind: 'headers', status: '431 Request Header Fields Too Large', reason: 'the headers are over 16 KiB' };
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const reason = 'the request took longer than 5 minutes to arrive';
    return { kind: 'timeout', status: '408 Request Timeout', reason };
  }
  const status = '400 Bad Request';
  if (isTls(rawPacket)) {
    const reason = 'TLS on a port that has none: set the endpoint of the exporter to http://, not https://';
    return { kind: 'tls', status, reason };
  }
  if (Buffer.from(rawPacket).toString('latin1').startsWith(HTTP2_PREFACE)) {
    const elsewhere =
      grpcUrl === undefined ? 'start with --grpc-port' : `set the endpoint of the exporter to ${grpcUrl}`;
    const reason = `gRPC, or HTTP/2, on the port of OTLP/HTTP: ${elsewhere}, or its protocol to http/protobuf`;
    return { kind: 'http2', status, reason };
  }
  return { kind: 'other', status, reason: `not HTTP/1.1 (${message})` };
}
