import type { SpillStore } from '../../pipeline/ports.ts';
import type { DictionaryStore } from './dictionary-store.ts';
import type { StoredFragment } from './fragment-item.ts';
import { decodePayload, dictionaryIdOf } from './fragment-payload.ts';

export interface PayloadReaderDeps {
  readonly spillStore: Pick<SpillStore, 'get'>;
  readonly dictionaries: Pick<DictionaryStore, 'bytesOf'>;
  /** Called with each payload that was decoded, and must not change it. @default nobody looks */
  readonly onDecoded?: ((payload: Uint8Array) => void) | undefined;
}

/** Gets the payloads of fragments: from their items or the spill store, with the dictionaries that they name. */
export class PayloadReader {
  readonly #deps: PayloadReaderDeps;

  constructor(deps: PayloadReaderDeps) {
    this.#deps = deps;
  }

  /**
   * The payload; `undefined`: it has more than `maxBytes`.
   * @param maxBytes is called when the payload is decoded: others may be decoded while it is fetched
   * @throws {UnavailableError}
   * @throws {MissingSpillError}
   * @throws {MissingDictionaryError}
   * @throws {UnreadablePayloadError}
   */
  async read(
    traceId: string,
    place: StoredFragment['stored'],
    maxBytes: () => number,
  ): Promise<Uint8Array | undefined> {
    const stored = 'bytes' in place ? place.bytes : await this.#spilled(traceId, place.spillKey);
    const id = dictionaryIdOf(stored);
    const trained = id === undefined ? undefined : await this.#deps.dictionaries.bytesOf(id);
    const payload = decodePayload(stored, maxBytes(), trained);
    if (payload !== undefined) this.#deps.onDecoded?.(payload);
    return payload;
  }

  async #spilled(traceId: string, key: string): Promise<Uint8Array> {
    const bytes = await this.#deps.spillStore.get(key);
    if (bytes !== undefined) return bytes;
    throw new MissingSpillError(`trace ${traceId}: the buffer points at ${key}, but there is no such object`);
  }
}

/** The item of a fragment points at a payload that is gone: the spill store deletes too early. */
export class MissingSpillError extends Error {
  override readonly name = 'MissingSpillError';
}
