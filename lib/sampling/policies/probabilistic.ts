import { FNV_OFFSET_BASIS, fnv1a64 } from '../fnv1a-64.ts';
import { adjustedCountOf } from '../hash-range.ts';
import { hashThreshold } from '../hash-threshold.ts';
import type { Evaluation } from '../policy.ts';
import type { PolicyDefinition } from '../policy-definition.ts';

const DEFAULT_SALT = 'default-hash-seed';

/**
 * `probabilistic`: keeps `sampling_percentage` per cent of all traces, chosen by a hash of `hash_salt` and the trace ID:
 * those that the Collector keeps, and the same ones on every instance.
 */
export const probabilistic = {
  type: 'probabilistic',
  hasOptions: true,
  isCombinator: false,
  parse(options, { name }) {
    const percentage = options.float('sampling_percentage');
    const salt = options.string('hash_salt') || DEFAULT_SALT;
    if (percentage <= 0 && !options.failed) options.warn('sampling_percentage', 'is not above 0: keeps no trace');
    if (percentage > 100) options.warn('sampling_percentage', 'is above 100: keeps every trace');

    const share = Math.min(Math.max(percentage / 100, 0), 1);
    const sampled = evaluation('sampled', salt, 0, share);
    const notSampled = evaluation('not_sampled', salt, share, 1);

    const threshold = hashThreshold(percentage / 100);
    const thresholdHigh = Number(threshold >> 32n);
    const thresholdLow = Number(threshold & 0xffffffffn);
    const salted = fnv1a64(new TextEncoder().encode(salt), FNV_OFFSET_BASIS);
    return {
      name,
      type: 'probabilistic',
      evaluate(trace) {
        const { high, low } = fnv1a64(traceIdBytes(trace.traceId), salted);
        return high < thresholdHigh || (high === thresholdHigh && low <= thresholdLow) ? sampled : notSampled;
      },
    };
  },
} as const satisfies PolicyDefinition;

function evaluation(vote: 'sampled' | 'not_sampled', salt: string, from: number, to: number): Evaluation {
  const hashRange = { salt, from, to };
  return { vote, threshold: vote === 'sampled' ? 1 - to : 0, adjustedCount: adjustedCountOf([hashRange]), hashRange };
}

function traceIdBytes(traceId: string): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) bytes[i] = Number.parseInt(traceId.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
