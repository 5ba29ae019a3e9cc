/** The 16 bytes of a trace ID in hex. */
export function traceIdBytes(traceId: string): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) bytes[i] = Number.parseInt(traceId.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
