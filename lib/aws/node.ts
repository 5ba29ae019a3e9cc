import { hash, randomBytes } from 'node:crypto';
import { constants, gunzipSync, zstdCompressSync } from 'node:zlib';
import type { Codecs } from '../archive/compaction/ports.ts';
import type { Clock } from '../pipeline/ports.ts';

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

/** Level 9 costs a few per cent of the time that a part takes, and saves a tenth of its bytes. */
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 9 } };

/** Those of Node.js. */
export const NODE_CODECS: Codecs = {
  gunzip: (bytes, maxBytes) => gunzipSync(bytes, { maxOutputLength: maxBytes }),
  zstd: (bytes) => zstdCompressSync(bytes, ZSTD),
};

/**
 * Runs `task` for every input, at most `limit` at a time. After a failure nothing new is started; what runs is waited
 * for, so that nothing goes on behind the caller's back. Throws the first failure.
 */
export async function forEachBounded<Input>(
  inputs: readonly Input[],
  limit: number,
  task: (input: Input, index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const worker = async () => {
    while (failure === undefined && next < inputs.length) {
      const index = next;
      next += 1;
      try {
        await task(inputs[index] as Input, index);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, inputs.length) }, worker));
  if (failure !== undefined) throw failure.error;
}

/** The wall clock of the machine. The only reader of `Date` outside the outermost layer. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }
}
