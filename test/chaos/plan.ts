import { createHash } from 'node:crypto';
import type { Random } from '../../lib/traffic/random.ts';

/**
 * What a made-up trace is, and with it whether it must be kept:
 *
 * | kind | is kept because of |
 * |---|---|
 * | `error` | one span with an error |
 * | `slow` | one span that takes six seconds |
 * | `chosen` | one span with an attribute |
 * | `plain` | its trace ID, or not at all: the share of a quarter |
 * | `noise` | never: a policy drops it |
 */
export type Kind = 'error' | 'slow' | 'chosen' | 'plain' | 'noise';

export const SERVICES = ['gateway', 'payment', 'ledger'] as const;
export type ServiceName = (typeof SERVICES)[number];

export interface SpanPlan {
  readonly service: ServiceName;
  readonly spanId: string;
  /** Makes the policies keep the trace, if its kind is one of those. */
  readonly isDeciding: boolean;
}

export interface TracePlan {
  readonly traceId: string;
  readonly kind: Kind;
  /** The first is the root. */
  readonly spans: readonly SpanPlan[];
}

const KEPT_PERCENTAGE = 25;

/** The policies that every trace is decided by. Whether a trace is kept does not depend on when its spans arrive. */
export const CONFIG = `
decision_wait: 3s
policies:
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - { name: slow, type: latency, latency: { threshold_ms: 5000 } }
  - { name: chosen, type: string_attribute, string_attribute: { key: chaos.keep, values: ["yes"] } }
  - { name: sample-of-all, type: probabilistic, probabilistic: { sampling_percentage: ${KEPT_PERCENTAGE} } }
  - name: noise
    type: drop
    drop:
      drop_sub_policy:
        - { name: is-noise, type: string_attribute, string_attribute: { key: chaos.kind, values: [noise] } }
`;

const KINDS: readonly [Kind, ...Kind[]] = ['error', 'slow', 'chosen', 'chosen', 'chosen', 'plain', 'plain', 'noise'];
/** Now and then a trace is long, so that it comes in many requests. */
const LONG_SHARE = 0.02;

export function planTrace(random: Random): TracePlan {
  const count = random.between(0, 1) < LONG_SHARE ? random.between(50, 200) : random.between(1, 10);
  const deciding = Math.floor(random.between(0, count));
  const spans = Array.from({ length: Math.ceil(count) }, (_, index) => ({
    service: random.pick(SERVICES),
    spanId: random.hex(16),
    isDeciding: index === deciding,
  }));
  return { traceId: random.hex(32), kind: random.pick(KINDS), spans };
}

/**
 * Whether a trace must be kept; `undefined`: that hangs on a span of which nobody knows whether it was accepted.
 * @param isAccepted whether the exporter was told that a span was accepted
 */
export function isKept({ kind, traceId, spans }: TracePlan, isAccepted: (index: number) => boolean) {
  if (kind === 'noise') return false;
  if (isInShare(traceId)) return true;
  if (kind === 'plain') return false;
  return spans.every(({ isDeciding }, index) => !isDeciding || isAccepted(index)) ? true : undefined;
}

/**
 * What the Collector's `probabilistic` policy does (processor/tailsamplingprocessor, probabilistic.go), written down a second
 * time: FNV-1a with 64 bits over the default salt and the bytes of the ID, against the share of all numbers of 64 bits.
 */
function isInShare(traceId: string): boolean {
  let hash = 0xcbf29ce484222325n;
  for (const byte of [...Buffer.from('default-hash-seed'), ...Buffer.from(traceId, 'hex')]) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash <= (((1n << 64n) - 1n) * BigInt(KEPT_PERCENTAGE)) / 100n;
}

/** A seed of its own for each purpose, so that one does not change the other. */
export function seedFor(seed: number, purpose: string): number {
  return createHash('sha256').update(`${seed} ${purpose}`).digest().readUInt32BE();
}
