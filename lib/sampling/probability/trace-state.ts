/** The `ot` member of the trace states of a trace: threshold `th` and randomness `rv`. */
import type { Trace } from '../../otlp/trace/trace.ts';
import { MAX_MEMBERS, parseW3cTraceState } from '../../otlp/w3c-trace-state.ts';
import { ALWAYS, parseThreshold, thresholdDigits } from './threshold.ts';

/** What the `ot` member of a `tracestate` says about sampling (OpenTelemetry specification, "TraceState Handling"). */
export interface OtSampling {
  /** `rv`: the explicit randomness of the trace, 56 bits. */
  readonly randomness: bigint | undefined;
  /** `th`: the rejection threshold of the sampling stages so far, 56 bits. */
  readonly threshold: bigint | undefined;
}

const NO_SAMPLING: OtSampling = { randomness: undefined, threshold: undefined };

/** Reads `rv` and `th`. A `tracestate` that is invalid anywhere yields neither. */
export function readOtSampling(traceState: string): OtSampling {
  if (!traceState.includes('ot=')) return NO_SAMPLING;
  const fields = parseFields(parseW3cTraceState(traceState)?.get('ot'));
  const randomness = fields?.get('rv');
  return {
    randomness: randomness === undefined ? undefined : BigInt(`0x${randomness}`),
    threshold: parseThreshold(fields?.get('th') ?? ''),
  };
}

/**
 * The threshold of the sampler that let the trace through before it arrived here, from `ot=th:…` in the trace state:
 * that of a root span if one has it, or else of the first span that does; {@link ALWAYS} if no span has one.
 */
export function headThreshold(trace: Trace): bigint {
  let elsewhere: bigint | undefined;
  for (let i = 0; i < trace.spanCount; i++) {
    const { threshold } = readOtSampling(trace.traceState(i));
    if (threshold === undefined) continue;
    if (trace.isRoot(i)) return threshold;
    elsewhere ??= threshold;
  }
  return elsewhere ?? ALWAYS;
}

/**
 * The randomness R that every sampler of the trace compares with its threshold: the first `rv` of its trace states, or
 * else that of the trace ID. Undefined if no trace state has `rv` or `th`, because then nothing says that the ID is
 * random.
 */
export function declaredRandomness(trace: Trace): bigint | undefined {
  let hasThreshold = false;
  let last = '';
  for (let i = 0; i < trace.spanCount; i++) {
    const text = trace.traceState(i);
    if (text === last) continue;
    last = text;
    const { randomness, threshold } = readOtSampling(text);
    if (randomness !== undefined) return randomness;
    hasThreshold ||= threshold !== undefined;
  }
  return hasThreshold ? idRandomness(trace.traceId) : undefined;
}

/**
 * The randomness of a trace without `rv`: the low 56 bits of its ID (W3C Trace Context Level 2, "Randomness of
 * trace-id").
 */
export function idRandomness(traceId: string): bigint {
  return BigInt(`0x${traceId.slice(18)}`);
}

/** The longest value of a `tracestate` member. */
const MAX_VALUE_LENGTH = 256;

/**
 * Returns the `tracestate` with another `th`, or without one (undefined). W3C requires that a changed member comes
 * first, so `ot` does. Everything else stays, except a last member that would exceed the limit. A `tracestate` that is
 * invalid, has no `th` to remove, or has no room for one, is returned unchanged.
 */
export function withThreshold(traceState: string, threshold: bigint | undefined): string {
  const members = parseW3cTraceState(traceState);
  if (members === undefined) return traceState;
  const ot = members.get('ot');
  const fields = ot === undefined ? new Map<string, string>() : parseFields(ot);
  if (fields === undefined || (threshold === undefined && !fields.has('th'))) return traceState;

  const { rv, th, ...rest } = Object.fromEntries(fields);
  const digits = threshold === undefined ? undefined : thresholdDigits(threshold);
  const parts = Object.entries({ rv, th: digits, ...rest }).filter(([, value]) => value !== undefined);
  const others = [...members].filter(([key]) => key !== 'ot');
  const value = parts.map(([key, text]) => `${key}:${text}`).join(';');
  if (value.length > MAX_VALUE_LENGTH) return traceState;
  const all = value === '' ? others : [['ot', value] as const, ...others];
  return all
    .slice(0, MAX_MEMBERS)
    .map(([key, text]) => `${key}=${text}`)
    .join(',');
}

const FIELD = /^([a-z][a-z0-9]*):([A-Za-z0-9._-]*)$/;
const RANDOMNESS = /^[0-9a-f]{14}$/;

/** Undefined if there are no fields, or one of them is invalid. Of a repeated field the last one counts. */
function parseFields(ot: string | undefined): ReadonlyMap<string, string> | undefined {
  if (ot === undefined) return undefined;
  const fields = new Map<string, string>();
  for (const text of ot.split(';')) {
    const [, key, value] = FIELD.exec(text) ?? [];
    if (key === undefined || value === undefined) return undefined;
    if (key === 'rv' && !RANDOMNESS.test(value)) return undefined;
    if (key === 'th' && parseThreshold(value) === undefined) return undefined;
    fields.set(key, value);
  }
  return fields;
}
