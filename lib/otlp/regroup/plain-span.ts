import { plainAttributesEnd } from '../protobuf/plain-attributes.ts';
import { NO_END, shortEnd, shortStart } from '../protobuf/wire-values.ts';

/**
 * Validates fields of a span in the form that encoders write, from `start` on: tags and lengths of at most two bytes,
 * numbers that fit into one byte, attributes with scalar values (opentelemetry/proto/trace/v1/trace.proto). This is most
 * of the work on a request, and a switch over bytes does it without a call for each field.
 *
 * @param view of the same bytes as `bytes`
 * @returns the offset at which an ID begins, or a link, or a field of any other form, valid or not; `end` if none does
 */
export function plainFieldsEnd(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  let at = start;
  while (at < end) {
    let next = at;
    // The tag is field number * 8 + wire type.
    switch (bytes[at]) {
      case 0x4a: // attributes
        next = plainAttributesEnd(bytes, view, at, end, 0x4a);
        break;
      case 0x1a: // trace_state
      case 0x2a: // name
        next = shortEnd(bytes, at + 1);
        break;
      case 0x30: // kind
      case 0x50: // dropped_attributes_count
      case 0x60: // dropped_events_count
      case 0x70: // dropped_links_count
        if ((bytes[at + 1] as number) < 0x80) next = at + 2;
        break;
      case 0x39: // start_time_unix_nano, fixed64
      case 0x41: // end_time_unix_nano, fixed64
        next = at + 9;
        break;
      case 0x5a: // events
        next = plainEventEnd(bytes, view, at + 1, end);
        break;
      case 0x7a: // status
        // Mostly empty.
        next = bytes[at + 1] === 0 ? at + 2 : plainStatusEnd(bytes, at + 1, end);
        break;
      case 0x85: // flags, fixed32: its tag has two bytes
        if (bytes[at + 1] === 0x01) next = at + 6;
        break;
      default:
    }
    if (next <= at || next > end) return at;
    at = next;
  }
  return at;
}

/** The end of a plain `Event` whose length is at `lengthAt`; {@link NO_END} if it is any other. */
function plainEventEnd(bytes: Uint8Array, view: DataView, lengthAt: number, limit: number): number {
  const end = shortEnd(bytes, lengthAt);
  if (end > limit) return NO_END;
  let at = shortStart(bytes, lengthAt);
  while (at < end) {
    let next = at;
    switch (bytes[at]) {
      case 0x09: // time_unix_nano, fixed64
        next = at + 9;
        break;
      case 0x12: // name
        next = shortEnd(bytes, at + 1);
        break;
      case 0x1a: // attributes
        next = plainAttributesEnd(bytes, view, at, end, 0x1a);
        break;
      default:
    }
    if (next <= at) return NO_END;
    at = next;
  }
  return at === end ? end : NO_END;
}

/** The end of a plain `Status` whose length is at `lengthAt`; {@link NO_END} if it is any other. */
function plainStatusEnd(bytes: Uint8Array, lengthAt: number, limit: number): number {
  const end = shortEnd(bytes, lengthAt);
  if (end > limit) return NO_END;
  let at = shortStart(bytes, lengthAt);
  while (at < end) {
    let next = at;
    if (bytes[at] === 0x12)
      next = shortEnd(bytes, at + 1); // message
    else if (bytes[at] === 0x18 && (bytes[at + 1] as number) < 0x80) next = at + 2; // code
    if (next <= at) return NO_END;
    at = next;
  }
  return at === end ? end : NO_END;
}
