import { joinFields } from './joined-fields.ts';
import { FieldCursor } from './protobuf/field-cursor.ts';

/** Numbers of the members of `AnyValue` (opentelemetry/proto/common/v1/common.proto). */
export const STRING = 1;
export const BOOL = 2;
export const INT = 3;
export const DOUBLE = 4;
export const ARRAY = 5;
export const KVLIST = 6;
export const BYTES = 7;
/** Belongs to profiles: in a trace it is a value that is not there. */
export const STRING_STRINDEX = 8;

/** Which member of an `AnyValue` is set, and where its value lies. */
export interface AnyValueMember {
  readonly bytes: Uint8Array;
  readonly number: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The member that counts in the `AnyValue` message in `bytes[start, end)`: the last one. When that is a message that
 * came several times in a row, it is one message in several parts (protobuf encoding guide, "Last One Wins").
 */
export function lastMember(bytes: Uint8Array, start: number, end: number): AnyValueMember | undefined {
  let last: AnyValueMember | undefined;
  let runStart = start;
  let isRun = false;
  const cursor = new FieldCursor(bytes, start, end);
  for (let at = start; cursor.next(); at = cursor.offset) {
    const { field, from, to } = cursor;
    if (field > STRING_STRINDEX) continue;
    isRun = field === last?.number && (field === ARRAY || field === KVLIST);
    if (!isRun) runStart = at;
    last = { bytes, number: field, from, to };
  }
  if (last === undefined || !isRun) return last;
  // Once, at the end: each part alone would be copied with all that come before it.
  const joined = joinFields(bytes, runStart, last.to, last.number) ?? new Uint8Array(0);
  return { bytes: joined, number: last.number, from: 0, to: joined.length };
}
