import { describe, expect, it } from 'vitest';
import { decodeKeyEntry, encodeKeyEntry, MalformedKeyEntryError } from '../../../lib/aws/ssm/key-entry.ts';

const HASH = 'ab'.repeat(32);

describe('the entry of a key', () => {
  it('comes back as it was', () => {
    const entry = { hash: HASH, tenant: 'shop', createdAt: '2026-11-21T12:00:00.000Z', note: 'the "cart"' };
    expect(decodeKeyEntry(encodeKeyEntry(entry))).toEqual(entry);
    expect(decodeKeyEntry(encodeKeyEntry({ hash: HASH }))).toEqual({ hash: HASH });
  });

  it('may have more, and needs no date', () => {
    expect(decodeKeyEntry(`{"hash":"${HASH}","more":1,"createdAt":5}`)).toEqual({ hash: HASH });
  });

  it.each([
    ['tg_abcdefgh_secret', 'not JSON'],
    ['"tg_abcdefgh_secret"', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['{"hash":"tg_abcdefgh_secret"}', '"hash" must be the SHA-256'],
    [`{"hash":"${HASH.toUpperCase()}"}`, '"hash" must be the SHA-256'],
    [`{"hash":"${HASH}","tenant":"tg_abcdefgh_secret/.."}`, '"tenant" must be a name of'],
    [`{"hash":"${HASH}","tenant":5}`, '"tenant" must be a name of'],
  ])('is not %s, and the error does not show what it is', (value, message) => {
    expect(() => decodeKeyEntry(value)).toThrow(MalformedKeyEntryError);
    expect(() => decodeKeyEntry(value)).toThrow(message);
    expect(() => decodeKeyEntry(value)).not.toThrow('secret');
  });
});
