import { FieldCursor } from './protobuf/field-cursor.ts';

/**
 * The message that field `field` of the message in `bytes[start, end)` holds; `undefined` when it is not there. A
 * message field that comes several times is one message in several parts, to be joined (protobuf encoding guide, "Last
 * One Wins").
 */
export function joinFields(bytes: Uint8Array, start: number, end: number, field: number): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  let length = 0;
  const cursor = new FieldCursor(bytes, start, end);
  while (cursor.next()) {
    if (cursor.field !== field) continue;
    parts.push(bytes.subarray(cursor.from, cursor.to));
    length += cursor.to - cursor.from;
  }
  if (parts.length < 2) return parts[0];
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
