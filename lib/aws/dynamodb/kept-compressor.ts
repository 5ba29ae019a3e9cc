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
  /** Told of each stream that fails. @param error `undefined`: it gave no output, or another one */
  readonly onFailure?: ((error: unknown) => void) | undefined;
}

/** A stream that breaks more often than this is not worth its probes. */
const MAX_FAILURES = 8;

/**
 * Compresses many payloads with one stream of zlib that stays open, so that its memory is allocated once and its dictionary prepared
 * once.
 *
 * Node.js has no public way to do that synchronously. minizlib does it with what Node.js keeps for it and its like (`_processChunk`).
 * As Lambda updates Node.js under a deployed function, a stream proves itself before it is used. Where it does not, each payload
 * gets a stream of its own: the output is as good, and only costs more. Where it breaks later (no memory, say), the next payload opens
 * another one.
 *
 * The output is not always the same for the same payload: zlib looks a few bytes behind the dictionary, where the payload before
 * began, and finds the last bytes of the dictionary there or not. What it decodes to is always the payload.
 */
export class KeptCompressor {
  readonly #compression: Compression;
  readonly #probe: Uint8Array;
  #stream: OpenStream | undefined;
  #mayReopen = false;
  #failures = 0;

  /** @param probe some bytes that each stream compresses, in two parts, and that are decoded again, to see whether it works */
  constructor(compression: Compression, probe: Uint8Array) {
    this.#compression = compression;
    this.#probe = probe;
    this.#open();
  }

  /** Whether it uses the stream that stays open. */
  get isOpen(): boolean {
    return this.#stream !== undefined;
  }

  compress(payload: Uint8Array): Uint8Array {
    if (this.#mayReopen) this.#open();
    return this.#withStream(payload) ?? this.#compression.once(payload);
  }

  /** Frees the memory of the stream. What is compressed afterwards costs more. */
  close(): void {
    this.#mayReopen = false;
    this.#stream?.close();
    this.#stream = undefined;
  }

  #open(): void {
    this.#mayReopen = false;
    try {
      this.#stream = this.#compression.open();
    } catch (error) {
      this.#compression.onFailure?.(error);
      return;
    }
    const half = this.#probe.length >>> 1;
    const isProved = this.#reproduces(this.#probe.subarray(0, half)) && this.#reproduces(this.#probe.subarray(half));
    if (!isProved) this.close();
  }

  #reproduces(part: Uint8Array): boolean {
    const compressed = this.#withStream(part);
    // What failed has been reported.
    if (compressed === undefined) return false;
    try {
      if (Buffer.compare(this.#compression.decode(compressed), part) === 0) return true;
      this.#compression.onFailure?.(undefined);
    } catch (error) {
      this.#compression.onFailure?.(error);
    }
    return false;
  }

  #withStream(payload: Uint8Array): Uint8Array | undefined {
    if (this.#stream === undefined) return undefined;
    let cause: unknown;
    try {
      const compressed = this.#stream.compress(payload);
      if (compressed) return compressed;
    } catch (error) {
      // If the payload is the reason, the other way throws as well.
      cause = error;
    }
    this.close();
    this.#failures += 1;
    this.#mayReopen = this.#failures < MAX_FAILURES;
    this.#compression.onFailure?.(cause);
    return undefined;
  }
}
