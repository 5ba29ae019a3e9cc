import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createIngestKey, hashKey, isKeyId, keyIdOf } from '../../lib/aws/ssm/ingest-key.ts';

describe('an ingest key', () => {
  it('is tg_<id>_<secret> with a secret of 160 bits in base32', () => {
    const { id, key } = createIngestKey();
    expect(key).toMatch(/^tg_[a-z2-7]{8}_[a-z2-7]{32}$/);
    expect(key.split('_')[1]).toBe(id);
    expect(keyIdOf(key)).toBe(id);
    expect(isKeyId(id)).toBe(true);
  });

  it('uses every digit in every place', () => {
    const keys = Array.from({ length: 2000 }, () => createIngestKey().key);
    for (let place = 12; place < 44; place++) expect(new Set(keys.map((key) => key[place])).size).toBe(32);
    expect(new Set(keys).size).toBe(2000);
  });

  it.each(['', 'tg_', 'tg_abcdefgh_short', `tg_abcdefgh_${'a'.repeat(33)}`, `xx_abcdefgh_${'a'.repeat(32)}`, 'tg_old'])(
    'is not %j',
    (text) => expect(keyIdOf(text)).toBeUndefined(),
  );

  it('is known by its SHA-256', () => {
    expect(hashKey('tg_x')).toBe(createHash('sha256').update('tg_x').digest('hex'));
  });
});
