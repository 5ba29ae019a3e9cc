import { describe, expect, it } from 'vitest';
import { useDictionaries } from '../../../functions/shared/dictionaries.ts';
import { DictionaryStore } from '../../../lib/aws/dynamodb/dictionary-store.ts';
import type { TrainedDictionary } from '../../../lib/aws/dynamodb/trained-dictionary.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { RecordingLog } from '../../support/recording-log.ts';

/** Each reading gives objects of its own, as DynamoDB does. */
class ReadStore extends DictionaryStore {
  id = 'first';
  readings = 0;

  override async newest(): Promise<TrainedDictionary> {
    this.readings += 1;
    return { id: this.id, bytes: Buffer.from(this.id), expiresAt: 1.9e9 };
  }
}

describe('the newest dictionary', () => {
  it('keeps its bytes in one place while it is read again, so that its compressors stay open', async () => {
    const clock = new ManualClock();
    const client = { call: () => Promise.reject(new Error('not used')) };
    const store = new ReadStore({ client, tableName: 'table', clock });
    const { newestDictionary: newest } = useDictionaries(store, clock, undefined, { log: new RecordingLog() });
    /** After five minutes the first to ask gets the old one, and it is read again meanwhile. */
    const readAgain = async () => {
      clock.advance(301_000);
      await newest?.();
      await new Promise(setImmediate);
      return newest?.();
    };
    const first = await newest?.();
    expect((await readAgain())?.bytes).toBe(first?.bytes);
    store.id = 'second';
    expect((await readAgain())?.id).toBe('second');
    expect(store.readings).toBe(3);
  });
});
