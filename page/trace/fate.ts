import type { ExplanationJson } from '../../functions/read/answers.ts';
import type { Json } from '../shared/api.ts';
import { formatDuration, formatTime } from '../shared/format.ts';

/** What became of a trace, as the API explains it. */
export type Explained = Json<ExplanationJson>;

export interface FateWords {
  /** A word or two. */
  readonly tag: string;
  readonly isBad: boolean;
  readonly headline: string;
  /** What follows from it. */
  readonly advice: readonly string[];
  /** A command that changes it. */
  readonly command?: string;
}

/** What became of a trace in words, as `tailgate trace` says it; times are those of the person. */
export function fateWords(explained: Explained): FateWords {
  const { trace_id: traceId, due_at: dueAt = null, leaves_at: leavesAt = null, as_of_now: now } = explained;
  const restore = `tailgate restore ${traceId}`;
  const policy = now?.policy ?? 'a policy';
  switch (explained.state) {
    case 'unknown':
      return {
        tag: 'never seen',
        isBad: true,
        headline: 'No span of it came in the last 24 hours, and it was not kept in the last 8 days.',
        advice: ['Is the ID right, and does the exporter send to this Tailgate?'],
      };
    case 'waiting':
      return {
        tag: 'waiting',
        isBad: false,
        headline: `It waits for more spans: it is decided at ${timeOf(dueAt)}.`,
        advice: [],
      };
    case 'overdue':
      return {
        tag: 'due',
        isBad: false,
        headline: `It was due at ${timeOf(dueAt)}, and is not recorded yet: policy ${policy} keeps it as of now.`,
        advice: [
          'Its wake-up is late, or the policies have changed since they last saw it: then nothing looks at it again unless another span of it comes.',
        ],
        command: restore,
      };
    case 'not_sampled':
    case 'dropped':
      return {
        tag: explained.state === 'dropped' ? 'dropped' : 'not sampled',
        isBad: false,
        headline:
          explained.state === 'dropped' ? `Policy ${policy} drops it, as of now.` : 'No policy keeps it, as of now.',
        advice: [
          ...(dueAt === null ? [] : [`Spans of it came since: the next look is at ${timeOf(dueAt)}.`]),
          `A late span can still have it kept. Its first spans leave the buffer at ${timeOf(leavesAt)}.`,
        ],
        command: restore,
      };
    case 'kept':
      return {
        tag: 'kept',
        isBad: false,
        headline: `Policy ${explained.sampling_policy} has kept it, at ${timeOf(explained.decided_at ?? null)}.`,
        advice: [],
      };
    case 'dead_lettered':
      return {
        tag: 'in the dead letters',
        isBad: true,
        headline: `Deciding it was given up${explained.reason ? `: ${explained.reason}` : '.'}`,
        advice: ['Remove the cause first.'],
        command: 'tailgate redrive',
      };
    case 'too_large':
      return {
        tag: 'too large',
        isBad: true,
        headline: `It is over a limit, and is not decided: ${explained.reason}`,
        advice: [],
      };
    case 'expired':
      return {
        tag: 'expired',
        isBad: true,
        headline: `Its spans left the buffer at ${timeOf(explained.left_at ?? null)}, and no policy had kept it.`,
        advice: ['Change the policies before the next one comes.'],
      };
  }
}

const timeOf = (iso: string | null) => formatTime(iso === null ? null : Date.parse(iso));

/** An answer is asked for again this often at most, and at least. */
const SOON_MS = 2_000;
const SELDOM_MS = 15_000;
/** Who is late by more has no wake-up any more. */
const MAX_LATE_MS = 10 * 60_000;

/** In how many milliseconds this may have changed by itself; undefined: it is not going to. */
export function changesInMs(explained: Explained): number | undefined {
  const { state, due_at: dueAt, as_of: asOf, objects = [] } = explained;
  if (state === 'kept') return objects.some((object) => object.state !== 'written') ? SOON_MS : undefined;
  if (dueAt === undefined) return undefined;
  const leftMs = Date.parse(dueAt) - Date.parse(asOf);
  return leftMs < -MAX_LATE_MS ? undefined : Math.min(SELDOM_MS, Math.max(SOON_MS, leftMs));
}

/** `in 12 s`; when that is over: `now`. @param sinceMs since the explanation was made */
export function dueIn({ due_at: dueAt, as_of: asOf }: Explained, sinceMs: number): string {
  const leftMs = dueAt === undefined ? 0 : Date.parse(dueAt) - Date.parse(asOf) - sinceMs;
  return leftMs <= 0 ? 'now' : `in ${formatDuration(Math.ceil(leftMs / 1000) * 1000)}`;
}
