/** Types of Thrift's compact protocol. https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md */
const STOP = 0;
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

/** Far more than the footer of a Parquet file has. */
const MAX_DEPTH = 64;
/** Of a list whose size does not fit into four bits. */
const LONG = 15;

/**
 * Checks that the footer of a Parquet file, a struct of Thrift, holds what it says it holds. The reader of Parquet makes room
 * for as many elements as a list claims before it reads them, so a few damaged bytes could take all memory.
 * @throws {Error} when it does not
 */
export function checkFooter(footer: Uint8Array): void {
  new FooterCheck(footer).struct(0);
}

class FooterCheck {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  struct(depth: number): void {
    if (depth > MAX_DEPTH) throw new Error(`the footer is nested more than ${MAX_DEPTH} levels deep`);
    for (let field = this.#byte(); (field & 0x0f) !== STOP; field = this.#byte()) {
      // The number of the field, unless it is given as the distance from the one before.
      if (field >> 4 === 0) this.#varint();
      this.#value(field & 0x0f, depth);
    }
  }

  #value(type: number, depth: number): void {
    if (type === TRUE || type === FALSE) return;
    if (type === BYTE) this.#skip(1);
    else if (type > BYTE && type <= I64) this.#varint();
    else if (type === DOUBLE) this.#skip(8);
    else if (type === BINARY) this.#skip(this.#varint());
    else if (type === LIST) this.#list(depth + 1);
    else if (type === STRUCT) this.struct(depth + 1);
    else throw new Error(`the footer has a value of type ${type}, which Parquet does not use`);
  }

  /** Each element takes a byte or more, so that a list is never longer than what is left. */
  #list(depth: number): void {
    if (depth > MAX_DEPTH) throw new Error(`the footer is nested more than ${MAX_DEPTH} levels deep`);
    const head = this.#byte();
    const size = head >> 4 === LONG ? this.#varint() : head >> 4;
    const type = head & 0x0f;
    const left = this.#bytes.length - this.#at;
    if (size > left) throw new Error(`the footer has a list of ${size} elements in ${left} bytes`);
    for (let i = 0; i < size; i++) {
      if (type === TRUE || type === FALSE) this.#skip(1);
      else this.#value(type, depth);
    }
  }

  #varint(): number {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new Error('the footer has a number of more than 10 bytes');
  }

  #byte(): number {
    this.#skip(1);
    return this.#bytes[this.#at - 1] as number;
  }

  #skip(bytes: number): void {
    this.#at += bytes;
    if (this.#at > this.#bytes.length) throw new Error('the footer is cut off');
  }
}
