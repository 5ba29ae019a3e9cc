/**
 * Frees the memory of large bytes at once. Otherwise it stays until the garbage collector finds that nobody has them any
 * more: a process that takes some hundred kilobytes for each request collects its whole heap again and again because of
 * them, and the next request gets memory that no cache of the processor has.
 *
 * Call it only when nobody reads the bytes any more, above all no other thread: what zlib, a file or a socket reads while
 * JavaScript goes on. JavaScript that reads them later, by whichever view, finds no bytes or throws: it never sees those
 * of another request.
 *
 * Node.js cuts small buffers out of larger memory, which others use, too: nothing happens to bytes that are not most of
 * their memory.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  // A buffer that is cut out of the pool of Node.js has less than half of it.
  if (buffer instanceof ArrayBuffer && byteLength * 2 > buffer.byteLength) buffer.transfer(0);
}

/** Whether {@link giveBack} has freed these bytes, or what they are a part of. */
export function isGivenBack({ buffer }: Uint8Array): boolean {
  return buffer instanceof ArrayBuffer && buffer.detached;
}
