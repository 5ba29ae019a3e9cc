import { createHash, timingSafeEqual } from 'node:crypto';
import { hashKey } from '../../lib/aws/ingest-key.ts';
import type { HttpRequest } from './http.ts';

/** Who sends spans. */
export interface Sender {
  /** Undefined in a pipeline without tenants. */
  readonly tenant: string | undefined;
}

/** Who sends this request; `undefined`: nobody who may. @throws when that cannot be found out now */
export type Authorize = (headers: HttpRequest['headers']) => Promise<Sender | undefined>;

/** A key that is accepted. */
export interface KnownKey extends Sender {
  /** SHA-256 of the key. */
  readonly hash: Uint8Array;
}

/** Takes every request. */
export const authorizeAll: Authorize = async () => ({ tenant: undefined });

/** Takes these keys, whatever they look like. */
export function authorizeKeys(keys: readonly string[]): Authorize {
  const known = keys.map((key) => ({ hash: Buffer.from(hashKey(key), 'hex'), tenant: undefined }));
  return async (headers) => findKey(presentedKeys(headers), known);
}

/** The keys in `x-api-key`, and as a bearer token in `authorization`. */
export function presentedKeys(headers: HttpRequest['headers']): readonly string[] {
  const bearer = /^bearer +(\S+) *$/i.exec(headers['authorization'] ?? '')?.[1];
  return [headers['x-api-key'], bearer].filter((key) => key !== undefined);
}

/** The first of the presented keys that is known. */
export function findKey<Key extends KnownKey>(presented: readonly string[], known: readonly Key[]): Key | undefined {
  // Every pair is compared, so that the time tells nothing about which one came close.
  const matches = presented.flatMap((key) => {
    const hash = createHash('sha256').update(key).digest();
    return known.filter((candidate) => timingSafeEqual(candidate.hash, hash));
  });
  return matches[0];
}
