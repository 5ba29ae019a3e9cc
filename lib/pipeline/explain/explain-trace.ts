import { Trace } from '../../otlp/trace/trace.ts';
import { type ExplainedDecision, explainPolicies } from '../../sampling/explain-policies.ts';
import { inWords } from '../../sampling/policy-summary.ts';
import type { SamplingConfig } from '../../sampling/sampling-config.ts';
import { FleetAllowances } from '../allowances/fleet-allowances.ts';
import { assembleTrace } from '../decide/claim-attempt.ts';
import { HashLists } from '../decide/hash-lists.ts';
import { DEFAULT_DECIDE_OPTIONS } from '../decide/options.ts';
import {
  type BufferedFragment,
  type DecisionRecord,
  type SpanBuffer,
  type TraceArchive,
  TraceTooLargeError,
  type WakeUp,
} from '../ports.ts';
import { type DecisionWaits, wakeUpsFor } from '../wake-ups.ts';
import { type IdleAllowancesDeps, idleAllowances } from './idle-allowances.ts';
import type { Arrival, ArrivalLog } from './ports.ts';
import type { ArrivedFragment, DeadLetterOfTrace, Fate, KeptFate, TraceReport } from './trace-report.ts';

/** Looks for a trace among the wake-ups that were given up. */
export interface DeadLetterSearch {
  /** `isWhole`: all dead letters were looked through. */
  find(traceId: string): Promise<{ readonly letters: readonly WakeUp[]; readonly isWhole: boolean }>;
}

export interface ExplainTraceDeps extends IdleAllowancesDeps {
  readonly buffer: Pick<SpanBuffer, 'read' | 'readList' | 'writeList'> & ArrivalLog;
  readonly archive: Pick<TraceArchive, 'inspect'>;
  readonly deadLetters: DeadLetterSearch;
  /** The policies of now. */
  readonly config: SamplingConfig;
  readonly bufferTtlMs: number;
}

/** A report, and what the buffer still has of the trace. */
export interface ExplainedTrace {
  readonly report: TraceReport;
  /** Undefined when nothing is left of it, or it is too large. */
  readonly trace: Trace | undefined;
  /** Whether all spans that ever came are in {@link trace}. */
  readonly isWhole: boolean;
}

/**
 * Where is my trace? Reads what the pipeline knows of it, and evaluates the policies as of now. Changes nothing: no limit is drawn on,
 * no claim is fenced, no wake-up is sent.
 * ```
 *   decision record ──────────────────────▶ kept
 *   a dead letter names it ───────────────▶ dead_lettered, expired
 *   over a limit ─────────────────────────▶ too_large
 *   spans in the buffer ── none is due ───▶ waiting
 *                       └─ the policies ──▶ overdue (they keep it), not_sampled, dropped
 *   only expired fragments ───────────────▶ expired
 *   nothing ──────────────────────────────▶ unknown
 * ```
 * @throws {UnavailableError}
 */
export async function explainTrace(traceId: string, deps: ExplainTraceDeps): Promise<ExplainedTrace> {
  const asOfMs = deps.clock.now();
  const [buffered, arrivals, dead] = await Promise.all([
    readOrWhyNot(traceId, deps),
    deps.buffer.arrivals(traceId),
    deps.deadLetters.find(traceId),
  ]);
  const { decision, fragments, tooLarge } = buffered;
  const arrived = await arrivedFragments(traceId, { arrivals, fragments, decision, asOfMs }, deps);
  const deadLetters = dead.letters.map((letter) => ofTrace(traceId, letter));
  const trace = fragments.length === 0 ? undefined : assembleTrace(traceId, fragments);
  const found = { traceId, asOfMs, decision, tooLarge, arrived, deadLetters, trace };
  return {
    report: {
      traceId,
      asOfMs,
      fate: await fateOf(found, deps),
      arrivals: arrived,
      deadLetters,
      hasMoreDeadLetters: !dead.isWhole,
    },
    trace,
    isWhole: isWhole(decision, fragments),
  };
}

interface Found {
  readonly traceId: string;
  readonly asOfMs: number;
  readonly decision: DecisionRecord | undefined;
  /** Why it was not read. */
  readonly tooLarge: string | undefined;
  readonly arrived: readonly ArrivedFragment[];
  readonly deadLetters: readonly DeadLetterOfTrace[];
  readonly trace: Trace | undefined;
}

async function fateOf(found: Found, deps: ExplainTraceDeps): Promise<Fate> {
  const { decision, tooLarge, arrived, deadLetters, trace, asOfMs } = found;
  if (decision !== undefined) return keptFate(decision, deps);
  const [first] = arrived;
  const alive = arrived.filter(({ isExpired }) => !isExpired);
  const reason = deadLetters.map((letter) => letter.reason).find((text) => text !== '');
  if (alive.length === 0) {
    const leftAtMs = Math.max(...arrived.map(({ expiresAtMs }) => expiresAtMs));
    if (first !== undefined) return { state: 'expired', leftAtMs };
    return deadLetters.length > 0
      ? { state: 'dead_lettered', reason: reason ?? '', explained: undefined }
      : { state: 'unknown' };
  }
  const explained = trace && (await explainNow(trace, alive[0]?.receivedAtMs ?? asOfMs, deps));
  if (deadLetters.length > 0) return { state: 'dead_lettered', reason: reason ?? '', explained };
  if (explained === undefined) return { state: 'too_large', reason: tooLarge ?? '' };
  const due = alive.map(({ dueAtMs = asOfMs }) => dueAtMs);
  const dueAtMs = Math.min(...due);
  if (dueAtMs > asOfMs) return { state: 'waiting', dueAtMs, explained };
  const { outcome } = explained.decision;
  if (outcome === 'sampled') return { state: 'overdue', dueAtMs, explained };
  const later = due.filter((atMs) => atMs > asOfMs);
  const nextLookAtMs = later.length === 0 ? undefined : Math.min(...later);
  const leavesAtMs = Math.min(...alive.map(({ expiresAtMs }) => expiresAtMs));
  return { state: outcome, explained, nextLookAtMs, leavesAtMs };
}

async function keptFate(decision: DecisionRecord, { archive, config }: ExplainTraceDeps): Promise<KeptFate> {
  const { policy, adjustedCount, claims } = decision;
  const states = { data: 'written', absent: 'pending', fence: 'fenced' } as const;
  const objects = await Promise.all(
    claims.map(async ({ key }) => ({ key, state: states[await archive.inspect(key)] })),
  );
  const lineCount = claims.reduce((sum, claim) => sum + claim.lineCount, 0);
  const named = config.policies.find(({ name }) => name === policy);
  const keeps = named && inWords(named.summary);
  return { state: 'kept', policy, keeps, adjustedCount, decidedAtMs: claims[0]?.claimedAtMs ?? 0, objects, lineCount };
}

/** The policies on the trace as of now. */
async function explainNow(trace: Trace, receivedAtMs: number, deps: ExplainTraceDeps): Promise<ExplainedDecision> {
  const allowances = new FleetAllowances(idleAllowances(deps));
  const attempt = { receivedAtMs, isFirst: false };
  const { answer } = await allowances.evaluate((each) => explainPolicies(deps.config, trace, each), attempt);
  return answer;
}

interface Read {
  readonly decision: DecisionRecord | undefined;
  readonly fragments: readonly BufferedFragment[];
  readonly tooLarge: string | undefined;
}

async function readOrWhyNot(traceId: string, { buffer }: ExplainTraceDeps): Promise<Read> {
  try {
    const { decision, fragments } = await buffer.read(traceId);
    return { decision, fragments, tooLarge: undefined };
  } catch (error) {
    if (!(error instanceof TraceTooLargeError)) throw error;
    return { decision: error.decision, fragments: [], tooLarge: error.message };
  }
}

interface Arrivals {
  readonly arrivals: readonly Arrival[];
  readonly fragments: readonly BufferedFragment[];
  readonly decision: DecisionRecord | undefined;
  readonly asOfMs: number;
}

async function arrivedFragments(
  traceId: string,
  { arrivals, fragments, decision, asOfMs }: Arrivals,
  { buffer, bufferTtlMs, config }: ExplainTraceDeps,
): Promise<readonly ArrivedFragment[]> {
  const lists = new HashLists(buffer, DEFAULT_DECIDE_OPTIONS.largeTraces);
  const positionOf = decision === undefined ? () => -1 : await lists.positions(traceId, decision);
  const payloads = new Map(fragments.map(({ hash, payload }) => [hash, payload]));
  return arrivals.map(({ hash, receivedAtMs, spanCount }) => {
    const payload = payloads.get(hash);
    const part = payload && Trace.fromFragments(traceId, [payload]);
    const expiresAtMs = receivedAtMs + bufferTtlMs;
    return {
      hash,
      receivedAtMs,
      expiresAtMs,
      spanCount,
      isExpired: expiresAtMs <= asOfMs,
      isClaimed: positionOf(hash) >= 0,
      dueAtMs: part && dueAt(traceId, part, receivedAtMs, config),
      services: part && spansByService(part),
    };
  });
}

function dueAt(traceId: string, part: Trace, receivedAtMs: number, waits: DecisionWaits): number {
  const [wakeUp] = wakeUpsFor([{ ref: { traceId, hash: '' }, hasRoot: part.hasRoot() }], receivedAtMs, waits);
  return wakeUp?.dueAtMs ?? receivedAtMs;
}

function spansByService(part: Trace): ReadonlyMap<string, number> {
  const services = new Map<string, number>();
  for (const resource of part.resourceSpans) {
    const value = resource.attribute('service.name');
    const service = typeof value === 'string' ? value : '';
    services.set(service, (services.get(service) ?? 0) + resource.endSpan - resource.firstSpan);
  }
  return services;
}

function ofTrace(traceId: string, { reason = '', fragments }: WakeUp): DeadLetterOfTrace {
  return { reason, fragments: fragments.filter((one) => one.traceId === traceId).length };
}

/** Fragments leave the buffer in the order of their arrival: when the earliest is there, all are. */
function isWhole(decision: DecisionRecord | undefined, fragments: readonly BufferedFragment[]): boolean {
  const earliest = decision?.claims[0]?.fragments[0];
  return fragments.length > 0 && (earliest === undefined || fragments.some(({ hash }) => hash === earliest));
}
