import { fixed32At, isZeroAt, varint32At } from '../protobuf/wire-values.ts';
import type { JsonPiece } from './piece.ts';
import type { JsonWriter } from './writer.ts';

/**
 * Types of scalar fields. `hex` is `bytes` that hold an ID, `otherId` the ID of another span or trace, where all zeros
 * mean none; the others are named as in a `.proto` file.
 */
export type JsonScalar = 'string' | 'hex' | 'otherId' | 'uint32' | 'enum' | 'fixed32' | 'fixed64';

/** Writes a key and the value in `bytes[from, to)`; nothing for the default value of the type (proto3 JSON mapping). */
export function writeScalar(
  out: JsonWriter,
  key: JsonPiece,
  type: JsonScalar,
  bytes: Uint8Array,
  from: number,
  to: number,
): void {
  switch (type) {
    case 'string':
      if (from === to) return;
      out.piece(key);
      out.string(bytes, from, to);
      break;
    case 'otherId':
      // As the Collector's JSON encoder.
      if (isZeroAt(bytes, from, to - from)) return;
      out.piece(key);
      out.hex(bytes, from, to);
      break;
    case 'hex':
      if (from === to) return;
      out.piece(key);
      out.hex(bytes, from, to);
      break;
    case 'uint32':
      writeInteger(out, key, varint32At(bytes, from));
      break;
    case 'enum':
      writeInteger(out, key, varint32At(bytes, from) | 0);
      break;
    case 'fixed32':
      writeInteger(out, key, fixed32At(bytes, from));
      break;
    case 'fixed64': {
      const low = fixed32At(bytes, from);
      const high = fixed32At(bytes, from + 4);
      if (low === 0 && high === 0) return;
      out.piece(key);
      out.uint64(high, low);
    }
  }
}

function writeInteger(out: JsonWriter, key: JsonPiece, value: number): void {
  if (value === 0) return;
  out.piece(key);
  out.integer(value);
}
