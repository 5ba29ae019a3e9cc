import type { IncomingMessage } from 'node:http';
import type { BytesInFlight, BytesOfRequest } from './bytes-in-flight.ts';

export interface BodyLimits {
  /** Largest body, in bytes. */
  readonly maxBytes: number;
  /** Of all requests. */
  readonly inFlight: BytesInFlight;
  /** Of this one. */
  readonly share: BytesOfRequest;
  readonly pace: BodyPace;
}

/** The least that must arrive of a body that has not ended: it takes room from others. */
export interface BodyPace {
  readonly windowMs: number;
  /** In each such time. */
  readonly minBytes: number;
}

/**
 * 500 bytes a second, the default of Apache's mod_reqtimeout. Exporters of SDKs give a request up after 10 s, Collectors after
 * 30 s; a link that is so slow brings none of theirs to its end.
 */
export const DEFAULT_BODY_PACE: BodyPace = { windowMs: 20_000, minBytes: 10_000 };

/** Why a body was not read to its end. */
export type Unread = 'too large' | 'no room' | 'too slow' | 'aborted';

/** Reads the body. Where it stops before the end, it keeps nothing of it, and the rest waits in the connection. */
export function readBody(
  request: IncomingMessage,
  { maxBytes, inFlight, share, pace }: BodyLimits,
): Promise<Uint8Array | Unread> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let length = 0;
    let lengthBefore = 0;
    let isSettled = false;
    const checkPace = () => {
      if (isSettled) return;
      if (length - lengthBefore < pace.minBytes) {
        request.pause();
        settle('too slow');
        return;
      }
      lengthBefore = length;
      startWindow();
    };
    let timer: NodeJS.Timeout;
    const startWindow = () => {
      // Where this process stood still, what has come meanwhile is read before the immediate runs.
      timer = setTimeout(() => setImmediate(checkPace), pace.windowMs);
    };
    const settle = (result: Uint8Array | Unread) => {
      isSettled = true;
      clearTimeout(timer);
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
    startWindow();
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
