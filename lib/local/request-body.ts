import type { IncomingMessage } from 'node:http';
import type { BytesInFlight, BytesOfRequest } from './bytes-in-flight.ts';

export interface BodyLimits {
  /** Largest body, in bytes. */
  readonly maxBytes: number;
  /** Of all requests. */
  readonly inFlight: BytesInFlight;
  /** Of this one. */
  readonly share: BytesOfRequest;
}

/** Why a body was not read to its end. */
export type Unread = 'too large' | 'no room' | 'aborted';

/** Reads the body. Where it stops before the end, it keeps nothing of it, and the rest waits in the connection. */
export function readBody(
  request: IncomingMessage,
  { maxBytes, inFlight, share }: BodyLimits,
): Promise<Uint8Array | Unread> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let length = 0;
    const settle = (result: Uint8Array | Unread) => {
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      if (!(result instanceof Uint8Array)) share.release();
      chunks = [];
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        request.pause();
        settle('too large');
        return;
      }
      if (inFlight.isFull) {
        request.pause();
        settle('no room');
        return;
      }
      share.add(chunk.length);
      chunks.push(chunk);
    };
    const onEnd = () => settle(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    const onClose = () => settle('aborted');
    // An error comes before "close".
    request.on('error', () => {});
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}

/** How long a client that is refused may take to read the answer, and to send the rest of its body, which is discarded. */
export const LINGER_MS = 2_000;

/**
 * Lets the client send the rest of its body. If the server closed the connection at once, the client's system could discard
 * the answer unread (RFC 9112, section 9.6). Resolves to whether all of it came.
 */
export function discardRest(request: IncomingMessage): Promise<boolean> {
  if (request.complete || request.destroyed) return Promise.resolve(request.complete);
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      request.off('end', settle).off('close', settle);
      resolve(request.complete);
    };
    const timer = setTimeout(settle, LINGER_MS);
    request.on('error', () => {});
    request.on('end', settle).on('close', settle);
    request.resume();
  });
}
