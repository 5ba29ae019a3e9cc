import { createHash, timingSafeEqual } from 'node:crypto';
import { hashKey, keyIdOf } from '../../lib/aws/ssm/ingest-key.ts';
import type { KeysReader, StoredKey } from '../../lib/aws/ssm/ingest-keys.ts';
import { decodeKeyEntry } from '../../lib/aws/ssm/key-entry.ts';
import { type Clock, UnavailableError } from '../../lib/pipeline/ports.ts';
import type { Log } from '../shared/logger.ts';
import { RefreshingValue } from '../shared/refreshing-value.ts';
import type { HttpHead } from './http.ts';

/** Who sends spans, or reads kept traces. */
export interface Sender {
  /** Undefined in a pipeline without tenants. */
  readonly tenant: string | undefined;
}

/** Finds out who sends a request, of whichever kind; `undefined`: it carries no valid key. @throws when that cannot be found out now */
export type Authorize = (headers: HttpHead['headers']) => Promise<Sender | undefined>;

/** A key that is accepted. */
export interface KnownKey extends Sender {
  /** SHA-256 of the key. */
  readonly hash: Uint8Array;
}

/** Accepts every request. */
export const authorizeAll: Authorize = async () => ({ tenant: undefined });

/** Accepts these keys, in any format. For pipelines without tenants. */
export function authorizeKeys(keys: readonly string[]): Authorize {
  const known = keys.map((key) => ({ hash: Buffer.from(hashKey(key), 'hex'), tenant: undefined }));
  return async (headers) => findKey(presentedKeys(headers), known);
}

/** The keys in `x-api-key`, and as a bearer token in `authorization`. */
function presentedKeys(headers: HttpHead['headers']): readonly string[] {
  const bearer = /^bearer +(\S+) *$/i.exec(headers['authorization'] ?? '')?.[1];
  return [headers['x-api-key'], bearer].filter((key) => key !== undefined);
}

/** The first of the presented keys that is known. */
function findKey<Key extends KnownKey>(presented: readonly string[], known: readonly Key[]): Key | undefined {
  // Every pair is compared, so that the time does not reveal which key comes close.
  const matches = presented.flatMap((key) => {
    const hash = createHash('sha256').update(key).digest();
    return known.filter((candidate) => timingSafeEqual(candidate.hash, hash));
  });
  return matches[0];
}

export interface StoredKeysDeps {
  readonly parameters: KeysReader;
  readonly clock: Clock;
  readonly log: Log;
}

export interface StoredKeysOptions {
  /** Whether the pipeline keeps tenants apart: if so, every key has a tenant, otherwise none has. */
  readonly hasTenants: boolean;
  /** What the keys are for, as log lines name them. @default ingest */
  readonly purpose?: 'ingest' | 'read';
}

/**
 * The keys are read again for a key that is not known, but at most this often, so that a client with a bad key cannot exhaust
 * the SSM rate limit.
 */
const UNKNOWN_KEY_INTERVAL_MS = 10_000;

interface IdentifiedKey extends KnownKey {
  readonly id: string;
}

/** The keys in the parameters: read again once a minute, and at once for a key that is not known yet. */
export class StoredKeys {
  readonly #deps: StoredKeysDeps;
  readonly #options: Required<StoredKeysOptions>;
  readonly #keys: RefreshingValue<readonly IdentifiedKey[]>;
  /** Problems that have been logged, so that each is logged once. */
  readonly #reported = new Set<string>();

  constructor(deps: StoredKeysDeps, options: StoredKeysOptions) {
    const { parameters, clock, log } = deps;
    this.#deps = deps;
    this.#options = { purpose: 'ingest', ...options };
    const { purpose } = this.#options;
    this.#keys = new RefreshingValue({
      load: (held) => this.#load(held),
      clock,
      onFailure: (error, ageMs) =>
        log.warn(`${purpose} keys cannot be refreshed`, { path: parameters.path, usedAgeMs: ageMs, error }),
    });
  }

  /** Reads the keys ahead of the first request. Never rejects: that request tries again. */
  async warmUp(): Promise<void> {
    await this.#keys.current().catch(() => undefined);
  }

  /** @throws {UnavailableError} when the keys cannot be read: answering that the key is wrong would make the sender give up */
  async authorize(headers: HttpHead['headers']): Promise<Sender | undefined> {
    const presented = presentedKeys(headers);
    if (presented.length === 0) return undefined;
    const keys = await this.#keys.current();
    const found = findKey(presented, keys);
    if (found !== undefined || !presented.some((key) => isUnknown(key, keys))) return found;
    const foundNow = findKey(presented, await this.#keys.reread(UNKNOWN_KEY_INTERVAL_MS));
    if (foundNow === undefined && this.#keys.lastFailed) {
      throw new UnavailableError(
        `cannot check an unknown ${this.#options.purpose} key: the keys at ${this.#deps.parameters.path} cannot be read`,
      );
    }
    return foundNow;
  }

  async #load(held: readonly IdentifiedKey[] | undefined): Promise<readonly IdentifiedKey[]> {
    const { parameters, log } = this.#deps;
    const stored = await parameters.list();
    const keys = stored.map((key) => this.#read(key)).filter((key) => key !== undefined);
    if (keys.length === 0 && held?.length !== 0) {
      const { purpose } = this.#options;
      const hint = `create one: tailgate keys create ${purpose === 'read' ? '--read ' : ''}--stack NAME`;
      log.warn(`there are no ${purpose} keys: everything is refused`, { path: parameters.path, hint });
    }
    return keys;
  }

  /** A key that cannot be used must not stop the others. */
  #read({ id, value }: StoredKey): IdentifiedKey | undefined {
    try {
      const { hash, tenant } = decodeKeyEntry(value);
      if (this.#options.hasTenants !== (tenant !== undefined)) {
        throw new Error(
          this.#options.hasTenants
            ? 'it has no tenant, and this pipeline keeps tenants apart'
            : 'it has a tenant, and this pipeline has none',
        );
      }
      return { id, hash: Buffer.from(hash, 'hex'), tenant };
    } catch (error) {
      this.#report(id, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #report(id: string, problem: string): void {
    const { parameters, log } = this.#deps;
    const line = `${id}: ${problem}`;
    if (this.#reported.has(line)) return;
    this.#reported.add(line);
    log.error(`${this.#options.purpose} key skipped`, { parameter: `${parameters.path}/${id}`, problem });
  }
}

function isUnknown(key: string, known: readonly IdentifiedKey[]): boolean {
  const id = keyIdOf(key);
  return id !== undefined && !known.some((one) => one.id === id);
}
