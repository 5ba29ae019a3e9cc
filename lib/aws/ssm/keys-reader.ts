import type { Clock } from '../../pipeline/ports.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import type { ParameterReads } from './parameter-reads.ts';

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
  /** See `decodeKeyEntry`. */
  readonly value: string;
}

/** As many as GetParametersByPath gives at once. */
const PAGE_SIZE = 10;

/** Reads the ingest keys that are stored as parameters of SSM. */
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
