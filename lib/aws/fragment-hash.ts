import { hash } from 'node:crypto';

const HASH_BYTES = 12;

/**
 * Names a fragment: the first 12 bytes of the SHA-256 of its uncompressed bytes, in base64url. It does not depend on the
 * compression, so that a resend across a deploy keeps its name; with 96 bits, two fragments of one trace never share one.
 */
export function hashFragment(payload: Uint8Array): string {
  return hash('sha256', payload, 'buffer').subarray(0, HASH_BYTES).toString('base64url');
}
