/** The low 32 bits, unsigned, of the varint at `at`. What lies above them is cut off, as protobuf parsers do. */
export function varint32At(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i] as number;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) break;
  }
  return value >>> 0;
}

/** The high 32 bits, unsigned, of the varint at `at`. */
export function varintHigh32At(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[at + i] as number;
    if (i === 4) value = (byte & 0x7f) >>> 4;
    else if (i > 4) value |= (byte & 0x7f) << (7 * i - 32);
    if (byte < 0x80) break;
  }
  return value >>> 0;
}

/** The four bytes at `at`, little-endian, unsigned. */
export function fixed32At(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

const doubleBytes = new Uint8Array(8);
const doubleView = new DataView(doubleBytes.buffer);

/** The double in the eight bytes at `at`. */
export function float64At(bytes: Uint8Array, at: number): number {
  for (let i = 0; i < 8; i++) doubleBytes[i] = bytes[at + i] as number;
  return doubleView.getFloat64(0, true);
}
