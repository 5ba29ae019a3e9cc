import { createHash, randomBytes } from 'node:crypto';

/** RFC 4648, section 6, in lower case: nothing in a key needs quoting, in a shell, a URL or a header list. */
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_BYTES = 5;
/** 160 bits. */
const SECRET_BYTES = 20;
const KEY = /^tg_([a-z2-7]{8})_[a-z2-7]{32}$/;
const KEY_ID = /^[a-z2-7]{8}$/;

export interface IngestKey {
  /** Names the key. It is not secret. */
  readonly id: string;
  /** `tg_<id>_<secret>`. */
  readonly key: string;
}

/** A new key. */
export function createIngestKey(): IngestKey {
  const id = base32(randomBytes(ID_BYTES));
  return { id, key: `tg_${id}_${base32(randomBytes(SECRET_BYTES))}` };
}

/** The ID in a key; `undefined` when {@link createIngestKey} did not make the key. */
export function keyIdOf(key: string): string | undefined {
  return KEY.exec(key)?.[1];
}

export function isKeyId(text: string): boolean {
  return KEY_ID.test(text);
}

/** The SHA-256 of a key, in hex. Keys themselves are never stored. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Five bits for each digit; the lengths here leave no remainder. */
function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.replace(/.{5}/g, (digit) => BASE32.charAt(Number.parseInt(digit, 2)));
}
