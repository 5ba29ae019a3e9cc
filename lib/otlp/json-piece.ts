const encoder = new TextEncoder();

/**
 * A constant piece of JSON, to be written with `JsonWriter.piece`. It is kept in words, which are written up to three
 * bytes beyond its end: room must be left for them, and what comes next goes over them.
 */
export class JsonPiece {
  readonly length: number;
  /** Little-endian. */
  readonly words: readonly number[];

  constructor(text: string) {
    const bytes = encoder.encode(text);
    this.length = bytes.length;
    const padded = new DataView(new ArrayBuffer(Math.ceil(bytes.length / 4) * 4));
    for (const [i, byte] of bytes.entries()) padded.setUint8(i, byte);
    this.words = Array.from({ length: padded.byteLength / 4 }, (_, i) => padded.getInt32(i * 4, true));
  }
}

/** Makes a piece of ASCII text. */
export function json(text: string): JsonPiece {
  return new JsonPiece(text);
}

/** Writes the piece from `at` and returns the offset after it. There must be three bytes more room than its length. */
export function copyPiece(out: DataView, at: number, piece: JsonPiece): number {
  const { words } = piece;
  for (let i = 0; i < words.length; i++) out.setInt32(at + 4 * i, words[i] as number, true);
  return at + piece.length;
}
