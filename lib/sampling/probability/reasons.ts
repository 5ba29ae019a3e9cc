import type { Hash64 } from '../../otlp/fnv1a-64.ts';
import type { Facts } from '../policy.ts';

/** What policies that keep a share of the traces see of one: where it lies, and up to where traces are kept. */

/** As `Explanation.saw` takes it. */
export type Reason = readonly [words: string, facts: Facts];

/** Two to the power of 64, the number of hashes. */
const HASHES = 2 ** 64;

/** `share` of all hashes, the lowest ones, are kept. */
export function hashReason({ high, low }: Hash64, share: number): Reason {
  const place = (high * 2 ** 32 + low) / HASHES;
  const facts = { hashShare: place, share };
  return [
    `the hash of its ID is at ${percentText(place)} of the range, and those up to ${percentText(share)} are kept`,
    facts,
  ];
}

/** Randomness from the threshold on is kept. Both have 56 bits. */
export function randomnessReason(randomness: bigint, threshold: bigint): Reason {
  const facts = { randomness: digits(randomness), threshold: digits(threshold) };
  return [`its randomness is ${facts.randomness}, and from ${facts.threshold} on is kept`, facts];
}

function digits(value: bigint): string {
  return value.toString(16).padStart(14, '0');
}

/** `4.217 %`, from a share of 1: as many digits as tell neighbours apart. */
export function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(4))} %`;
}
