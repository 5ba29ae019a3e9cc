import type { Trace } from '../../otlp/trace/trace.ts';
import type { Decision } from '../../sampling/evaluate-policies.ts';
import type { FleetAllowances } from '../allowances/fleet-allowances.ts';
import type { BufferedFragment, Evaluate, LookNote, SpanBuffer } from '../ports.ts';
import { assembleTrace } from './claim-attempt.ts';
import type { LargeTraceOptions } from './options.ts';

/** More vain looks than this make no difference: the next one is as good as never. */
const MOST_VAIN_LOOKS = 30;
/** Beyond this many bytes all landmarks in memory are forgotten. */
const MAX_REMEMBERED_BYTES = 4 * 1024 * 1024;

/**
 * What a look at a part of a trace came to.
 * - `nothing`: what is new changes nothing
 * - `due`: the trace has probably grown so much that it is time for a look at all of it
 * - `asked`: a policy samples the part
 */
export type PartLook = 'nothing' | 'due' | 'asked';

/**
 * Looks at what is new in a large trace that is not sampled so far: a look at all of it for each late fragment would cost as
 * much as the square of their number.
 *
 * The policies see the new fragments, and the *landmarks* with them: the fragments in which the trace begins and ends, so that
 * the part lasts as long as the whole. So an error, an attribute or a latency makes the part sampled, and then the whole is
 * looked at. It alone decides. What a part cannot show is found when a look at the whole is due: policies that count (spans,
 * bytes), and conditions that only spans of different requests meet together.
 *
 * A policy that samples small traces (an upper bound, `not`, `invert_match`) samples the landmarks, too: its vote is
 * no news. Where looks at the whole that were asked for do not sample it (`drop`, limits), every second, fourth … is made.
 *
 * Both "on average" and "every second" go by the hash of the fragment: it is the same for each delivery, and nothing has to be
 * counted.
 */
export class LooksAtPart {
  readonly #deps: LooksAtPartDeps;
  readonly #landmarks = new Map<string, BufferedFragment>();
  #rememberedBytes = 0;

  constructor(deps: LooksAtPartDeps) {
    this.#deps = deps;
  }

  /**
   * @param fresh fragments that the note has not seen
   * @throws {UnavailableError}
   */
  async look(note: LookNote, fresh: readonly BufferedFragment[], evaluate: Evaluate): Promise<PartLook> {
    const [first] = fresh;
    if (first === undefined) return 'nothing';
    const isOneIn = (count: number, purpose: string) =>
      fresh.some(({ hash }) => hashNumber(purpose + hash) % count === 0);
    if (isOneIn(Math.ceil(note.fragmentCount / this.#deps.looksWhileDoubling), 'growth ')) return 'due';
    const landmarks = await this.#find(first.traceId, note.landmarks);
    if (landmarks.length < note.landmarks.length) return 'due';
    const { outcome, votes } = await this.#evaluate([...landmarks, ...fresh], evaluate);
    const isNews = votes.some(({ policy, vote }) => vote === 'sampled' && !note.landmarkVotes.includes(policy));
    if (outcome !== 'sampled' || !isNews) return 'nothing';
    return isOneIn(2 ** Math.min(note.vainLooks, MOST_VAIN_LOOKS), 'vain ') ? 'asked' : 'nothing';
  }

  /** What a note says about the landmarks of a trace. @param fragments what it was assembled from, in this order */
  async landmarksOf(
    trace: Trace,
    fragments: readonly BufferedFragment[],
    evaluate: Evaluate,
  ): Promise<Pick<LookNote, 'landmarks' | 'landmarkVotes'>> {
    const landmarks = fragmentsAtTheEnds(trace).flatMap((number) => fragments[number] ?? []);
    const { votes } = await this.#evaluate(landmarks, evaluate);
    for (const landmark of landmarks) this.#remember(landmark);
    return {
      landmarks: landmarks.map(({ hash }) => hash),
      landmarkVotes: votes.filter(({ vote }) => vote === 'sampled').map(({ policy }) => policy),
    };
  }

  /** Takes nothing of the limits: the answer is not a decision. */
  async #evaluate(fragments: readonly BufferedFragment[], evaluate: Evaluate): Promise<Decision> {
    const [{ traceId, receivedAtMs } = { traceId: '', receivedAtMs: 0 }] = fragments;
    const part = assembleTrace(traceId, fragments);
    const { answer, budget } = await this.#deps.allowances.evaluate((allowances) => evaluate(part, allowances), {
      receivedAtMs,
      isFirst: false,
    });
    budget.rollback();
    return answer;
  }

  async #find(traceId: string, hashes: readonly string[]): Promise<readonly BufferedFragment[]> {
    const isKnown = (hash: string) => this.#landmarks.has(`${traceId}/${hash}`);
    const missing = hashes.filter((hash) => !isKnown(hash));
    const read = missing.length === 0 ? [] : await this.#deps.buffer.readFragments(traceId, missing);
    const known = hashes.flatMap((hash) => this.#landmarks.get(`${traceId}/${hash}`) ?? []);
    for (const fragment of read) this.#remember(fragment);
    return [...known, ...read];
  }

  #remember(fragment: BufferedFragment): void {
    const { traceId, hash, payload } = fragment;
    if (this.#rememberedBytes + payload.length > MAX_REMEMBERED_BYTES) {
      this.#landmarks.clear();
      this.#rememberedBytes = 0;
    }
    // A copy: the payload may be a part of something larger.
    this.#landmarks.set(`${traceId}/${hash}`, { ...fragment, payload: payload.slice() });
    this.#rememberedBytes += payload.length;
  }
}

export interface LooksAtPartDeps extends Pick<LargeTraceOptions, 'looksWhileDoubling'> {
  readonly buffer: Pick<SpanBuffer, 'readFragments'>;
  readonly allowances: FleetAllowances;
}

/** The numbers of the fragments with the earliest start and with the latest end. */
function fragmentsAtTheEnds(trace: Trace): readonly number[] {
  let first = 0;
  let last = 0;
  for (let span = 1; span < trace.spanCount; span++) {
    const start = trace.startTimeUnixNano(span);
    const earliest = trace.startTimeUnixNano(first);
    if (start > 0n && (earliest === 0n || start < earliest)) first = span;
    if (trace.endTimeUnixNano(span) > trace.endTimeUnixNano(last)) last = span;
  }
  const numbers = [first, last].map((span) => trace.resourceSpans[trace.resourceNumberOf(span)]?.fragment ?? 0);
  return [...new Set(numbers)];
}

/** FNV-1a: as good as random for different texts, and the same on every machine. */
function hashNumber(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  // The low bits of FNV are its weakest.
  return (hash ^ (hash >>> 15)) >>> 0;
}
