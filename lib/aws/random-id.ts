import { randomBytes } from 'node:crypto';

/** 16 random hex digits: the name of one round of archive objects. */
export function randomId(): string {
  return randomBytes(8).toString('hex');
}
