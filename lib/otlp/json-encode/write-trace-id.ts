import { copyPiece, json, SLACK } from './piece.ts';
import { writeHexString } from './write-text.ts';

const KEY = json(',"traceId":');
const ID_BYTES = 16;
const LENGTH = KEY.length + 2 * ID_BYTES + 2;
const WORD = 8;

/** The trace ID that was written last, as words of four bytes, and its JSON: most spans have that of the span before. */
let [first, second, third, fourth] = [0, 0, 0, 0];
const lastJson = new DataView(new ArrayBuffer(LENGTH + SLACK));
remember(new Uint8Array(ID_BYTES), 0);

/** Writes `,"traceId":"…"` for the ID of 16 bytes at `from`, and returns the offset after it. */
export function writeTraceId(out: DataView, at: number, bytes: Uint8Array, view: DataView, from: number): number {
  const a = view.getInt32(from, true);
  const b = view.getInt32(from + 4, true);
  const c = view.getInt32(from + 8, true);
  const d = view.getInt32(from + 12, true);
  if (a !== first || b !== second || c !== third || d !== fourth) {
    [first, second, third, fourth] = [a, b, c, d];
    remember(bytes, from);
  }
  for (let i = 0; i < LENGTH; i += WORD) out.setFloat64(at + i, lastJson.getFloat64(i, true), true);
  return at + LENGTH;
}

function remember(bytes: Uint8Array, from: number): void {
  writeHexString(lastJson, copyPiece(lastJson, 0, KEY), bytes, from, from + ID_BYTES);
}
