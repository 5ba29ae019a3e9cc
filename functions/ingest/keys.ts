import { createHash, timingSafeEqual } from 'node:crypto';
import type { HttpRequest } from './http.ts';

/** Whether a request may send spans. */
export type KeyCheck = (headers: HttpRequest['headers']) => boolean;

/** The SHA-256 by which a key is known: keys themselves are never stored. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

const KEY_HASH = /^[0-9a-f]{64}$/i;

/**
 * Accepts a key in `x-api-key`, or as a bearer token in `authorization`.
 *
 * @param keyHashes {@link hashKey} of each valid key; with none, every request is accepted
 */
export function createKeyCheck(keyHashes: readonly string[]): KeyCheck {
  if (keyHashes.length === 0) return () => true;
  const malformed = keyHashes.findIndex((hash) => !KEY_HASH.test(hash));
  if (malformed >= 0) {
    // What stands there may be the key itself, which must not get into a log.
    throw new Error(
      `key hash ${malformed + 1} of ${keyHashes.length} is not a SHA-256 in hex: expected 64 hexadecimal digits`,
    );
  }
  const known = keyHashes.map((hash) => Buffer.from(hash, 'hex'));
  const isKnown = (key: string): boolean => {
    const hash = createHash('sha256').update(key).digest();
    // Every known key is compared, so that the time tells nothing about which one came close.
    return known.map((candidate) => timingSafeEqual(candidate, hash)).includes(true);
  };
  return (headers) => presentedKeys(headers).map(isKnown).includes(true);
}

function presentedKeys(headers: HttpRequest['headers']): string[] {
  const bearer = /^bearer +(\S+) *$/i.exec(headers['authorization'] ?? '')?.[1];
  return [headers['x-api-key'], bearer].filter((key) => key !== undefined);
}
