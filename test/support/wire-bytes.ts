/** Protobuf written by hand, for bytes that no encoder would write. */

export type Bytes = readonly number[];

export function varint(value: number | bigint): Bytes {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return [...bytes, Number(rest)];
}

/** A length-delimited field. */
export function field(fieldNumber: number, ...content: readonly (Bytes | string)[]): Bytes {
  const value = content.flatMap((part) => (typeof part === 'string' ? [...new TextEncoder().encode(part)] : [...part]));
  return [...varint(fieldNumber * 8 + 2), ...varint(value.length), ...value];
}

/** A field of wire type 0. */
export function varintField(fieldNumber: number, value: number | bigint): Bytes {
  return [...varint(fieldNumber * 8), ...varint(value)];
}

/** The same byte, some times. */
export function repeat(byte: number, times: number): Bytes {
  return Array.from({ length: times }, () => byte);
}
