import { hash } from 'node:crypto';

/** A dictionary that was trained on the traffic of this deployment: `dictionary-store.ts` keeps it. */
export interface TrainedDictionary {
  /**
   * 16 lower-case hex digits: the second of the training (8 digits, so that IDs ascend with time), and the beginning of the SHA-256
   * of the bytes (8 digits).
   */
  readonly id: string;
  readonly bytes: Uint8Array;
  /** First second at which its item is expired, in seconds since the epoch: a fragment that lives longer must not use it. */
  readonly expiresAt: number;
}

const TIME_DIGITS = 8;
const DIGEST_DIGITS = 8;

/** Bytes of an ID in a stored payload. */
export const DICTIONARY_ID_BYTES = (TIME_DIGITS + DIGEST_DIGITS) / 2;

export function dictionaryId(bytes: Uint8Array, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000);
  return seconds.toString(16).padStart(TIME_DIGITS, '0') + digestOf(bytes);
}

/** When it was trained, in milliseconds since the epoch. */
export function trainedAtMs({ id }: Pick<TrainedDictionary, 'id'>): number {
  return Number.parseInt(id.slice(0, TIME_DIGITS), 16) * 1000;
}

/** Whether the bytes are those that got this ID. Frames have no checksum: wrong bytes would decompress to wrong spans. */
export function isDictionary(id: string, bytes: Uint8Array): boolean {
  return id.slice(TIME_DIGITS) === digestOf(bytes);
}

function digestOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex').slice(0, DIGEST_DIGITS);
}
