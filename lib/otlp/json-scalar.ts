import type { JsonWriter } from './json-writer.ts';
import { fixed32At, varint32At } from './numbers.ts';

/** Types of single values: `hex` is `bytes` that hold an ID, the others are named as in a `.proto` file. */
export type JsonScalar = 'string' | 'hex' | 'uint32' | 'enum' | 'fixed32' | 'fixed64';

/** Writes the value in `bytes[from, to)`. False, and nothing is written, when it is the default value of its type. */
export function writeScalar(out: JsonWriter, type: JsonScalar, bytes: Uint8Array, from: number, to: number): boolean {
  switch (type) {
    case 'string':
      if (from === to) return false;
      out.string(bytes, from, to);
      return true;
    case 'hex':
      if (from === to) return false;
      out.hex(bytes, from, to);
      return true;
    case 'uint32':
      return writeInteger(out, varint32At(bytes, from));
    case 'enum':
      return writeInteger(out, varint32At(bytes, from) | 0);
    case 'fixed32':
      return writeInteger(out, fixed32At(bytes, from));
    case 'fixed64': {
      const low = fixed32At(bytes, from);
      const high = fixed32At(bytes, from + 4);
      if (low === 0 && high === 0) return false;
      out.uint64(high, low);
      return true;
    }
  }
}

function writeInteger(out: JsonWriter, value: number): boolean {
  if (value === 0) return false;
  out.integer(value);
  return true;
}
