const encoder = new TextEncoder();

/**
 * A constant piece of JSON for `JsonWriter.piece`. It is stored in words, so writing it touches up to seven bytes after
 * its end: there must be room for them, and the next piece overwrites them.
 */
export class JsonPiece {
  readonly length: number;
  /** Eight bytes each, as little-endian doubles: what is ASCII is never NaN, whose bits V8 need not keep. */
  readonly words: Float64Array;

  constructor(text: string) {
    const bytes = encoder.encode(text);
    this.length = bytes.length;
    const padded = new DataView(new ArrayBuffer(Math.ceil(bytes.length / 8) * 8));
    for (const [i, byte] of bytes.entries()) padded.setUint8(i, byte);
    this.words = Float64Array.from({ length: padded.byteLength / 8 }, (_, i) => padded.getFloat64(i * 8, true));
  }
}

/** Creates a piece from ASCII text. */
export function json(text: string): JsonPiece {
  return new JsonPiece(text);
}

/** Writes the piece at `at` and returns the offset after it. There must be room for its length and {@link SLACK}. */
export function copyPiece(out: DataView, at: number, piece: JsonPiece): number {
  const { words } = piece;
  for (let i = 0; i < words.length; i++) out.setFloat64(at + 8 * i, words[i] as number, true);
  return at + piece.length;
}

/** How far after its end writing a piece touches the buffer. */
export const SLACK = 7;
