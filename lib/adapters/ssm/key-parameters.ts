import {
  DeleteParameterCommand,
  GetParametersByPathCommand,
  ParameterNotFound,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { Clock } from '../../pipeline/ports.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import { encodeKeyEntry, type KeyEntry } from './key-entry.ts';

export interface KeyParametersDeps {
  readonly client: SSMClient;
  /** E.g. `/tailgate/<pipeline>/keys`. */
  readonly path: string;
  readonly clock: Clock;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

export interface StoredKey {
  readonly id: string;
  /** See `decodeKeyEntry`. */
  readonly value: string;
}

/** As many as GetParametersByPath gives at once. */
const PAGE_SIZE = 10;

/**
 * Ingest keys as SSM parameters, `<path>/<id>` each: making or revoking one touches no other, so that nobody can undo what
 * somebody else does at the same time.
 */
export class KeyParameters {
  readonly path: string;
  readonly #client: SSMClient;
  readonly #retryPolicy: RetryPolicy;

  constructor(deps: KeyParametersDeps) {
    this.path = deps.path.replace(/\/+$/, '');
    this.#client = deps.client;
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock);
  }

  /** All keys. @throws {UnavailableError} */
  async list(): Promise<readonly StoredKey[]> {
    const keys: StoredKey[] = [];
    let NextToken: string | undefined;
    do {
      const input = { Path: this.path, MaxResults: PAGE_SIZE, ...(NextToken !== undefined && { NextToken }) };
      const page = await retry(this.#retryPolicy, `read the keys under ${this.path}`, () =>
        this.#client.send(new GetParametersByPathCommand(input)),
      );
      for (const { Name = '', Value = '' } of page.Parameters ?? []) {
        keys.push({ id: Name.slice(this.path.length + 1), value: Value });
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return keys;
  }

  /** Never overwrites a key. */
  async create(id: string, entry: KeyEntry): Promise<void> {
    const put = { Name: `${this.path}/${id}`, Value: encodeKeyEntry(entry), Type: 'String', Overwrite: false } as const;
    await this.#client.send(new PutParameterCommand(put));
  }

  /** Resolves to whether there was such a key. */
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
