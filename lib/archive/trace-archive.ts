import { scopedKey, type TenantScope } from './layout.ts';
import type { Codecs, ObjectAttributes, ObjectHead, ObjectStore } from './ports.ts';

export interface GzipTraceArchiveDeps extends TenantScope {
  readonly store: Pick<ObjectStore, 'createOnly' | 'head'>;
  readonly codecs: Pick<Codecs, 'gzip'>;
}

/**
 * Kept traces as gzip objects of lines (`line.ts`): the port `TraceArchive` of the pipeline, over any object store.
 *
 * An object is created once and never touched again; creating it is the commit of the traces in it. The objects have no
 * Content-Encoding: the name tells the compression, and a download stays what it is.
 *
 * A **fence** is an empty object at a key: a valid gzip of nothing, so that it has no rows for any reader, and nothing else
 * can be created at the key.
 */
export class GzipTraceArchive {
  readonly #deps: GzipTraceArchiveDeps;

  constructor(deps: GzipTraceArchiveDeps) {
    this.#deps = deps;
  }

  /** @throws {UnavailableError} when it is not known whether the object has been created */
  async create(key: string, lines: readonly Uint8Array[]): Promise<'created' | 'exists'> {
    return this.#createOnly(key, lines, {});
  }

  /** @throws {UnavailableError} when it is not known whether the fence has been created */
  async fence(key: string): Promise<'created' | 'exists'> {
    return this.#createOnly(key, [], { [FENCE_METADATA]: '1' });
  }

  /** @throws {UnavailableError} */
  async inspect(key: string): Promise<'absent' | 'data' | 'fence'> {
    const head = await this.#deps.store.head(scopedKey(key, this.#deps));
    if (head === undefined) return 'absent';
    return isFence(head) ? 'fence' : 'data';
  }

  async #createOnly(
    key: string,
    parts: readonly Uint8Array[],
    metadata: NonNullable<ObjectAttributes['metadata']>,
  ): Promise<'created' | 'exists'> {
    const { store, codecs } = this.#deps;
    const bytes = await codecs.gzip(parts);
    return store.createOnly(scopedKey(key, this.#deps), bytes, { contentType: 'application/gzip', metadata });
  }
}

/** Metadata that tells a fence from kept traces; S3 gives it the prefix `x-amz-meta-`. */
const FENCE_METADATA = 'tailgate-fence';

/** The gzip of nothing: header, an empty block, checksum and length. That of a single byte is longer. */
const EMPTY_GZIP_BYTES = 20;

/** Files have no metadata, and are known by their length. */
function isFence({ metadata, byteLength }: ObjectHead): boolean {
  return metadata[FENCE_METADATA] === '1' || byteLength === EMPTY_GZIP_BYTES;
}
