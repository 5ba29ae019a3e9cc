/**
 * Reading the wire format with nothing checked: the bounds may do this because they only run on whole messages of the
 * generator. https://protobuf.dev/programming-guides/encoding/
 */

/** The varint at `at`, of at most 28 bits. */
function varintAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return first;
  let value = first & 0x7f;
  let next = at;
  for (let shift = 7; ; shift += 7) {
    const byte = bytes[++next] as number;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

/** The offset after the varint at `at`. */
export function afterVarint(bytes: Uint8Array, at: number): number {
  let next = at;
  while ((bytes[next++] as number) > 0x7f);
  return next;
}

/** The offset after the value at `at`, of a field with this tag. */
export function afterValue(bytes: Uint8Array, tag: number, at: number): number {
  switch (tag & 7) {
    case 0:
      return afterVarint(bytes, at);
    case 1:
      return at + 8;
    case 5:
      return at + 4;
    default:
      return afterVarint(bytes, at) + varintAt(bytes, at);
  }
}
