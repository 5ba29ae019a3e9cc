import { DeleteParameterCommand, ParameterNotFound, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Clock } from '../../pipeline/ports.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import { encodeKeyEntry, type KeyEntry } from './key-entry.ts';
import { type ParameterReads, sdkParameterReads } from './parameter-reads.ts';

/**
 * Ingest keys as SSM has them: a parameter for each key, named `<path>/<id>`, with the hash of the key (`ingest-key.ts`)
 * and whose it is, as JSON:
 *
 * ```json
 * {"hash":"9f86d081884c7d65…","tenant":"shop","createdAt":"2026-11-21T07:12:33.123Z","note":"checkout"}
 * ```
 *
 * Creating or revoking a key touches no other: no change can undo another one made at the same time.
 */

export interface KeysReaderDeps {
  readonly reads: ParameterReads;
  /** E.g. `/tailgate/<pipeline>/keys`. */
  readonly path: string;
  readonly clock: Clock;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

export interface StoredKey {
  readonly id: string;
  /** JSON (`key-entry.ts`). */
  readonly value: string;
}

/** The most that GetParametersByPath returns at once. */
const PAGE_SIZE = 10;

/** Reads the keys: all that ingest needs. */
export class KeysReader {
  readonly path: string;
  readonly #reads: ParameterReads;
  readonly #retryPolicy: RetryPolicy;

  constructor(deps: KeysReaderDeps) {
    this.path = deps.path.replace(/\/+$/, '');
    this.#reads = deps.reads;
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock);
  }

  /** All keys. @throws {UnavailableError} */
  async list(): Promise<readonly StoredKey[]> {
    const keys: StoredKey[] = [];
    let NextToken: string | undefined;
    do {
      const input = { Path: this.path, MaxResults: PAGE_SIZE, ...(NextToken !== undefined && { NextToken }) };
      const page = await retry(this.#retryPolicy, `read the keys under ${this.path}`, () =>
        this.#reads.getParametersByPath(input),
      );
      for (const { Name = '', Value = '' } of page.Parameters ?? []) {
        keys.push({ id: Name.slice(this.path.length + 1), value: Value });
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return keys;
  }
}

export interface KeyParametersDeps {
  readonly client: SSMClient;
  /** E.g. `/tailgate/<pipeline>/keys`. */
  readonly path: string;
  readonly clock: Clock;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

/** Reads, creates and revokes keys, for programs of the people who run the pipeline. */
export class KeyParameters extends KeysReader {
  readonly #client: SSMClient;

  constructor(deps: KeyParametersDeps) {
    super({ ...deps, reads: sdkParameterReads(deps.client) });
    this.#client = deps.client;
  }

  /** Does not overwrite an existing key. */
  async create(id: string, entry: KeyEntry): Promise<void> {
    const put = { Name: `${this.path}/${id}`, Value: encodeKeyEntry(entry), Type: 'String', Overwrite: false } as const;
    await this.#client.send(new PutParameterCommand(put));
  }

  /** Resolves to whether there was a key with this ID. */
  async remove(id: string): Promise<boolean> {
    try {
      await this.#client.send(new DeleteParameterCommand({ Name: `${this.path}/${id}` }));
      return true;
    } catch (error) {
      if (error instanceof ParameterNotFound) return false;
      throw error;
    }
  }
}
