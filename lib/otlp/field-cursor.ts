import { varint32At } from './numbers.ts';
import { LENGTH_DELIMITED, WireCursor } from './wire.ts';

/**
 * Walks the fields of one protobuf message without decoding them: after each {@link next} that answers true, `field`
 * tells the number of the field, and `from` and `to` where its value lies (without tag and length).
 *
 * Ingest has checked every message in depth, so that the wire type of a known field needs no look here. Nothing outside
 * of the message is ever read.
 */
export class FieldCursor extends WireCursor {
  field = 0;
  from = 0;
  to = 0;

  /**
   * Steps to the next field; false at the end of the message.
   * @throws {MalformedOtlpError} when the field does not fit into the message.
   */
  next(): boolean {
    if (this.offset >= this.end) return false;
    const tag = this.tag();
    this.field = tag >>> 3;
    if ((tag & 7) === LENGTH_DELIMITED) {
      this.to = this.lengthDelimitedEnd();
      this.from = this.offset;
      this.offset = this.to;
    } else {
      this.from = this.offset;
      this.skip(tag);
      this.to = this.offset;
    }
    return true;
  }

  /** The current field, a varint, as an unsigned number of 32 bits; higher bits are cut off. */
  uint32(): number {
    const byte = this.bytes[this.from] as number;
    return byte < 0x80 ? byte : varint32At(this.bytes, this.from);
  }
}
