import { hash, randomBytes } from 'node:crypto';
import type { Clock } from '../pipeline/ports.ts';

/** What ingest and decide take of the system that they run on: its clock, its random source, and its hash function. */

/** The wall clock of the machine. The only reader of `Date.now` outside the outermost layer. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }
}

/** 16 random hex digits: the name of one round of archive objects. */
export function randomId(): string {
  return randomBytes(8).toString('hex');
}

const HASH_BYTES = 12;

/**
 * Names a fragment: the first 12 bytes of the SHA-256 of its uncompressed bytes, in base64url. It does not depend on the
 * compression, so that a resend across a deploy keeps its name; with 96 bits, two fragments of one trace never share one.
 */
export function hashFragment(payload: Uint8Array): string {
  return hash('sha256', payload, 'buffer').subarray(0, HASH_BYTES).toString('base64url');
}
