/** Turns each payload into an output of its own, with memory that it keeps. */
export interface OpenStream {
  /** `null`: there is no output. May throw. */
  compress(payload: Uint8Array): Uint8Array | null;
  close(): void;
}

export interface Compression {
  readonly open: () => OpenStream;
  /** The same with a stream for each payload, by public API of Node.js. It costs two to five times as much. */
  readonly once: (payload: Uint8Array) => Uint8Array;
  readonly decode: (compressed: Uint8Array) => Uint8Array;
}

/**
 * Compresses many payloads with one stream of zlib that stays open, so that its memory is allocated once and its dictionary prepared
 * once.
 *
 * Node.js has no public way to do that synchronously. minizlib does it with what Node.js keeps for it and its like (`_processChunk`).
 * As Lambda updates Node.js under a deployed function, a compressor proves itself before it is used. Where it fails, then or later,
 * each payload gets a stream of its own: the output is as good, and only costs more.
 *
 * The output is not always the same for the same payload: zlib looks a few bytes behind the dictionary, where the payload before
 * began, and finds the last bytes of the dictionary there or not. What it decodes to is always the payload.
 */
export class KeptCompressor {
  readonly #compression: Compression;
  #stream: OpenStream | undefined;

  /** @param probe some bytes that are compressed and decoded again, in two parts, to see whether it works */
  constructor(compression: Compression, probe: Uint8Array) {
    this.#compression = compression;
    try {
      this.#stream = compression.open();
    } catch {
      return;
    }
    const half = probe.length >>> 1;
    if (!this.#reproduces(probe.subarray(0, half)) || !this.#reproduces(probe.subarray(half))) this.close();
  }

  /** Whether it uses the stream that stays open. */
  get isOpen(): boolean {
    return this.#stream !== undefined;
  }

  compress(payload: Uint8Array): Uint8Array {
    return this.#withStream(payload) ?? this.#compression.once(payload);
  }

  /** Frees the memory of the stream. What is compressed afterwards costs more. */
  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }

  #reproduces(part: Uint8Array): boolean {
    const compressed = this.#withStream(part);
    try {
      return compressed !== undefined && Buffer.compare(this.#compression.decode(compressed), part) === 0;
    } catch {
      return false;
    }
  }

  #withStream(payload: Uint8Array): Uint8Array | undefined {
    try {
      const compressed = this.#stream?.compress(payload);
      if (compressed) return compressed;
    } catch {
      // If the payload is the reason, the other way throws as well.
    }
    this.close();
    return undefined;
  }
}
