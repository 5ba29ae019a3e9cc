/**
 * The values of protobuf's wire format where they lie in the bytes (https://protobuf.dev/programming-guides/encoding/).
 */

/**
 * The values of protobuf's wire format where they lie in the bytes (https://protobuf.dev/programming-guides/encoding/).
 */

/** Wire types (section "Message Structure"). Groups, 3 and 4, are refused everywhere here. */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH_DELIMITED = 2;
export const FIXED32 = 5;

/** The tag in front of a value: field number and wire type in one number. */
export function tagOf(fieldNumber: number, wireType: number): number {
  return fieldNumber * 8 + wireType;
}

/** The low 32 bits of the varint at `at`, unsigned. Higher bits are cut off, as in every protobuf parser. */
export function varint32At(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i] as number;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) break;
  }
  return value >>> 0;
}

/** The high 32 bits of the varint at `at`, unsigned. */
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

/** Whether the varint in `bytes[from, to)` is not 0: an encoder may write 0 in several bytes. */
export function isTrueAt(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (((bytes[i] as number) & 0x7f) !== 0) return true;
  return false;
}

/** The four bytes at `at` as a little-endian, unsigned number. */
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

/** Whether `length` bytes at `offset` are all zero. OTLP calls such an ID invalid, and no ID at all for a parent. */
export function isZeroAt(bytes: Uint8Array, offset: number, length: number): boolean {
  for (let i = offset; i < offset + length; i++) if (bytes[i] !== 0) return false;
  return true;
}

/** The start of a value whose length, of one or two bytes, is at `at`. */
export function shortStart(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) < 0x80 ? at + 1 : at + 2;
}

/**
 * The end of a value whose length, of one or two bytes, is at `at`. {@link NO_END} if the length has more bytes, or is
 * cut off where the bytes end. The end may be outside of the bytes.
 */
export function shortEnd(bytes: Uint8Array, at: number): number {
  const low = bytes[at] as number;
  if (low < 0x80) return at + 1 + low;
  const high = bytes[at + 1] as number;
  return high < 0x80 ? at + 2 + ((low & 0x7f) | (high << 7)) : NO_END;
}

export const NO_END = -1;

/** A view of the same bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
