import { createHash, randomBytes } from 'node:crypto';

/** RFC 4648, section 6, in lower case: nothing in a key needs quoting, in a shell, a URL or a header list. */
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_BYTES = 5;
/** 160 bits. */
const SECRET_BYTES = 20;
const KEY = /^tg_([a-z2-7]{8})_[a-z2-7]{32}$/;
const KEY_ID = /^[a-z2-7]{8}$/;

export interface IngestKey {
  /** Names the key, and is no secret. */
  readonly id: string;
  /** `tg_<id>_<secret>`. */
  readonly key: string;
}

/** A key that nobody has. */
export function createIngestKey(): IngestKey {
  const id = base32(randomBytes(ID_BYTES));
  return { id, key: `tg_${id}_${base32(randomBytes(SECRET_BYTES))}` };
}

/** The ID in a key; `undefined` when it is none that {@link createIngestKey} made. */
export function keyIdOf(key: string): string | undefined {
  return KEY.exec(key)?.[1];
}

export function isKeyId(text: string): boolean {
  return KEY_ID.test(text);
}

/** The SHA-256 by which a key is known, in hex: keys themselves are never stored. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Five bits a digit; the lengths here leave no rest. */
function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.replace(/.{5}/g, (digit) => BASE32.charAt(Number.parseInt(digit, 2)));
}
