import { createHash, timingSafeEqual } from 'node:crypto';
import type { HttpRequest } from './http.ts';

/** Whether a request may send spans. */
export type KeyCheck = (headers: HttpRequest['headers']) => boolean;

/** The SHA-256 by which a key is known: keys themselves are never stored. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/**
 * Accepts a key in `x-api-key`, or as a bearer token in `authorization`.
 *
 * @param keyHashes {@link hashKey} of each valid key; with none, every request is accepted
 */
export function createKeyCheck(keyHashes: readonly string[]): KeyCheck {
  if (keyHashes.length === 0) return () => true;
  const known = keyHashes.map((hash) => Buffer.from(hash, 'hex'));
  const malformed = keyHashes.find((_, index) => known[index]?.length !== 32);
  if (malformed !== undefined) {
    throw new Error(`key hash "${malformed}" is not a SHA-256 in hex: expected 64 hexadecimal digits`);
  }
  return (headers) => {
    const presented = presentedKey(headers);
    if (presented === undefined) return false;
    const hash = createHash('sha256').update(presented).digest();
    // Every known key is compared, so that the time tells nothing about which one came close.
    return known.map((candidate) => timingSafeEqual(candidate, hash)).includes(true);
  };
}

function presentedKey(headers: HttpRequest['headers']): string | undefined {
  const bearer = /^bearer +(\S+) *$/i.exec(headers['authorization'] ?? '')?.[1];
  return headers['x-api-key'] ?? bearer;
}
