import { Duplex } from 'node:stream';
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';

/** As the Collector's `max_recv_msg_size_mib`. It applies to the message as it comes, and unpacked. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/**
 * Calls back with the bytes that a call brings, before the library has them; and once the message is whole and compressed, with what it
 * may be unpacked. The library tells of whole messages alone, and not even of these before they are unpacked: this listens to the
 * stream that it reads. Without that stream, the message counts as the largest from its beginning.
 */
export function countArrival(call: ServerInterceptingCallInterface, onBytes: (bytes: number) => void): void {
  const { stream } = call as { readonly stream?: unknown };
  if (!(stream instanceof Duplex)) {
    onBytes(MAX_MESSAGE_BYTES);
    return;
  }
  /** 1 if it is compressed, and its length in four bytes. */
  const prefix = Buffer.alloc(5);
  let arrived = 0;
  let isWhole = false;
  // Called back before the library, it can end the call before anything is unpacked.
  stream.prependListener('data', (chunk: Buffer) => {
    if (arrived < prefix.length) chunk.copy(prefix, arrived);
    arrived += chunk.length;
    onBytes(chunk.length);
    if (isWhole || arrived < prefix.length + prefix.readUInt32BE(1) || arrived < prefix.length) return;
    isWhole = true;
    if (prefix[0] === 1) onBytes(MAX_MESSAGE_BYTES);
  });
}
