import { DeleteParameterCommand, ParameterNotFound, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import type { Clock } from '../../pipeline/ports.ts';
import type { RetryPolicy } from '../retry.ts';
import { encodeKeyEntry, type KeyEntry } from './key-entry.ts';
import { KeysReader } from './keys-reader.ts';
import { sdkParameterReads } from './sdk-parameter-reads.ts';

export interface KeyParametersDeps {
  readonly client: SSMClient;
  /** E.g. `/tailgate/<pipeline>/keys`. */
  readonly path: string;
  readonly clock: Clock;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

/**
 * Ingest keys as SSM parameters, `<path>/<id>` each: making or revoking one touches no other, so that nobody can undo what
 * somebody else does at the same time.
 */
export class KeyParameters extends KeysReader {
  readonly #client: SSMClient;

  constructor(deps: KeyParametersDeps) {
    super({ ...deps, reads: sdkParameterReads(deps.client) });
    this.#client = deps.client;
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
