import type { KeyParameters } from '../../aws/ssm/ingest-keys.ts';
import { decodeKeyEntry, type KeyEntry, MalformedKeyEntryError } from '../../aws/ssm/ingest-keys.ts';

export interface ReadEntry {
  readonly id: string;
  /** Undefined when it cannot be used. */
  readonly entry: KeyEntry | undefined;
  /** Why it cannot be used. */
  readonly problem: string;
}

export async function readEntries(keys: KeyParameters): Promise<readonly ReadEntry[]> {
  return (await keys.list()).map(({ id, value }) => {
    try {
      return { id, entry: decodeKeyEntry(value), problem: '' };
    } catch (error) {
      if (!(error instanceof MalformedKeyEntryError)) throw error;
      return { id, entry: undefined, problem: error.message };
    }
  });
}
