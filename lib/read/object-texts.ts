import { UnreadableError } from '../archive/read-line.ts';
import { MAX_OBJECT_TEXT_BYTES } from './otlp-json.ts';
import type { Decompress, ObjectReader } from './ports.ts';

export interface ObjectTextsDeps {
  readonly objects: Pick<ObjectReader, 'get'>;
  readonly decompress: Pick<Decompress, 'gunzip'>;
}

/** Enough for a few dozen objects, so that a search that goes back and forth between them unpacks each once. */
const MAX_KEPT_BYTES = 48 * 1024 * 1024;

/** Unpacked objects of lines, the last ones from memory. */
export class ObjectTexts {
  readonly #deps: ObjectTextsDeps;
  /** Least recently used first. */
  readonly #kept = new Map<string, Uint8Array>();
  #keptBytes = 0;

  constructor(deps: ObjectTextsDeps) {
    this.#deps = deps;
  }

  /** `undefined`: the object is gone. @throws {UnreadableError} when it is not gzip */
  async text(key: string): Promise<Uint8Array | undefined> {
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept;
    }
    const text = await this.unpack(key);
    if (text !== undefined) this.#keep(key, text);
    return text;
  }

  /** The same for a reader that comes once: it does not stay in memory. */
  async unpack(key: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#deps.objects.get(key);
    if (bytes === undefined) return undefined;
    try {
      return this.#deps.decompress.gunzip(bytes, MAX_OBJECT_TEXT_BYTES);
    } catch (error) {
      throw new UnreadableError(`is not gzip: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #keep(key: string, text: Uint8Array): void {
    this.#kept.set(key, text);
    this.#keptBytes += text.length;
    for (const [oldest, bytes] of this.#kept) {
      if (this.#keptBytes <= MAX_KEPT_BYTES) return;
      this.#kept.delete(oldest);
      this.#keptBytes -= bytes.length;
    }
  }
}
