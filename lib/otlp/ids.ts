/** Whether an ID is all zero, which OTLP says is invalid. */
export function isZeroAt(bytes: Uint8Array, offset: number, length: number): boolean {
  for (let i = offset; i < offset + length; i++) if (bytes[i] !== 0) return false;
  return true;
}
