import type { WireWriter } from '../protobuf/writer.ts';

/**
 * Sorts the fields of messages in ascending order after they have been written in any order. Messages may be nested:
 * {@link begin} and {@link end} pair like brackets.
 */
export class FieldOrder {
  readonly #writer: WireWriter;
  /** Field numbers and start offsets, for all messages that have begun and not ended. */
  readonly #numbers: number[] = [];
  readonly #starts: number[] = [];
  #count = 0;

  constructor(writer: WireWriter) {
    this.#writer = writer;
  }

  /** A message begins. @returns the argument of the matching {@link FieldOrder.end} */
  begin(): number {
    return this.#count;
  }

  /** A field, or a run of values of a repeated field, begins here. */
  add(fieldNumber: number): void {
    this.#numbers[this.#count] = fieldNumber;
    this.#starts[this.#count] = this.#writer.offset;
    this.#count++;
  }

  /** Ends the message here. */
  end(first: number): void {
    for (let i = first + 1; i < this.#count; i++) {
      if ((this.#numbers[i] as number) < (this.#numbers[i - 1] as number)) {
        this.#sort(first);
        break;
      }
    }
    this.#count = first;
  }

  #sort(first: number): void {
    const writer = this.#writer;
    const end = writer.offset;
    const start = this.#starts[first] as number;
    // A copy of the message after its end is the source for writing it again in order.
    writer.ensure(end - start);
    const { bytes } = writer;
    bytes.copyWithin(end, start, end);
    const fields = Array.from({ length: this.#count - first }, (_, i) => first + i);
    fields.sort((a, b) => (this.#numbers[a] as number) - (this.#numbers[b] as number));
    let to = start;
    for (const field of fields) {
      const from = this.#starts[field] as number;
      const length = (field + 1 < this.#count ? (this.#starts[field + 1] as number) : end) - from;
      bytes.copyWithin(to, end + from - start, end + from - start + length);
      to += length;
    }
  }
}
