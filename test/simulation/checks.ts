import { decodeWakeUp } from '../../lib/aws/sqs/wake-up-message.ts';
import type { DecideSummary } from '../../lib/pipeline/decide/tally.ts';
import { type ArchivedLine, readArchive } from './archive.ts';
import { isFirstCut } from './encodings.ts';
import { Expectations } from './expectations.ts';
import { acknowledgedSpans, type SentTrace } from './ledger.ts';
import { shortHash, shortKey, shortName, shortTrace } from './names.ts';
import { isDeadlyIn, type Plan, type Settings } from './plan.ts';
import { namesIn } from './queue.ts';
import { isOverLimit } from './small-limits.ts';
import type { SentSpan } from './spans.ts';
import type { Violation } from './violation.ts';
import type { World } from './world.ts';

/** A shorter buffer TTL than this lets fragments expire while they wait. */
const SHORT_TTL_MS = 3_600_000;
const NOTHING_KEPT = 'nothing of it is kept';

/**
 * Holds a world that has come to rest against the promises.
 * @param moment `storm`: what could not be settled must be named by dead letters. `after`: they were sent back, and all is settled
 */
export function check(world: World, moment: 'storm' | 'after'): readonly Violation[] {
  return new Check(world, moment).run();
}

/** How many spans of the archive have been compared with what was sent. */
export function comparedSpans(world: World): number {
  return [...readArchive(world.engine.archived()).values()].flat().reduce((sum, { spans }) => sum + spans.length, 0);
}

class Check {
  readonly #world: World;
  readonly #moment: 'storm' | 'after';
  readonly #expectations: Expectations;
  readonly #archive: ReadonlyMap<string, readonly ArchivedLine[]>;
  readonly #inDeadLetters: ReadonlySet<string>;
  /** Names of the traces that are over a limit: what a dead letter names of them may stay there. */
  readonly #overLimit: ReadonlySet<string>;
  readonly #found: Violation[] = [];

  constructor(world: World, moment: 'storm' | 'after') {
    this.#world = world;
    this.#moment = moment;
    this.#expectations = new Expectations(world.plan);
    this.#archive = readArchive(world.engine.archived());
    this.#inDeadLetters = new Set(world.engine.deadLetters().flatMap((body) => namesIn(decodeWakeUp(body))));
    const { ledger, engine, plan } = world;
    const over = [...ledger.traces].filter(([name, trace]) =>
      isOverLimit(trace, plan.settings.limits, (hash) => engine.stored.has(`${name}/${hash}`)),
    );
    this.#overLimit = new Set(over.map(([name]) => name));
  }

  run(): readonly Violation[] {
    const { ledger, engine, plan, summaries } = this.#world;
    for (const [name, trace] of ledger.traces) this.#checkTrace(name, trace, this.#archive.get(name) ?? []);
    for (const name of this.#archive.keys()) {
      if (!ledger.traces.has(name)) this.#violate('foreign', `nobody has sent ${shortTrace(name)}`);
    }
    for (const key of engine.overwritten) this.#violate('overwritten', shortKey(key));
    const unsettled = [...this.#inDeadLetters].filter((name) => !this.#overLimit.has(traceOf(name)));
    if (this.#moment === 'after' && unsettled.length > 0 && !hasExpiry(plan.settings)) {
      this.#violate('dead letters', `${unsettled.map(shortName).join(' ')} could not be settled`);
    }
    if (this.#moment === 'after') this.#checkMarks();
    if (this.#moment === 'storm') this.#checkIsolation();
    if (!hasExpiry(plan.settings)) this.#checkMetrics(summaries);
    return this.#found;
  }

  #checkTrace(name: string, trace: SentTrace, lines: readonly ArchivedLine[]): void {
    const shown = shortTrace(name);
    if (lines.length === 0) {
      const isExcused = (hash: string) => this.#isExcused(`${name}/${hash}`);
      // Where any span is enough to keep the trace, each fragment of one over a limit is kept or set aside.
      const isNamed = this.#expectations.keepsAll
        ? trace.acknowledged.size > 0 && [...trace.acknowledged].every(isExcused)
        : [...trace.acknowledged].some(isExcused);
      const isStored = (hash: string) => this.#world.engine.stored.has(`${name}/${hash}`);
      if (!isNamed && this.#expectations.mustBeKept(trace, isStored)) {
        this.#violate(this.#lossKind('lost trace'), `nothing of ${shown} is archived, and the policies keep it`);
      }
      if (trace.restore === 'promised' && !this.#isRestoreExcused(name, trace)) {
        this.#violate(this.#lossKind('lost trace'), `nothing of ${shown} is archived, and an operator has restored it`);
      }
      return;
    }
    if (trace.restore === undefined && !this.#expectations.mayBeKept(trace)) {
      this.#violate('kept', `${shown} is archived, and no policy samples it`);
    }
    if (new Set(lines.map(({ decision }) => decision)).size > 1) {
      this.#violate('several decisions', `${shown}: ${lines.map(({ decision }) => decision).join('; ')}`);
    }
    if (new Set(lines.map(({ seq }) => seq)).size < lines.length) {
      this.#violate('several decisions', `${shown} has two lines with the same seq`);
    }
    const archived = this.#countSpans(name, trace, lines);
    const acknowledged = acknowledgedSpans(trace);
    const excused = [...acknowledged].filter(([, hashes]) => hashes.some((hash) => this.#isExcused(`${name}/${hash}`)));
    // A finished copy replaces the others also while its own claim is open.
    const finished = new Set([...archived, ...excused.map(([span]) => span.name)]);
    for (const [span, hashes] of acknowledged) {
      if (finished.has(span.name) || isReplaced(span, finished)) continue;
      if (this.#isInOpenClaim(name, trace, span.name)) continue;
      const fragments = hashes.map(shortHash).join(', ');
      this.#violate(
        this.#lossKind('lost'),
        `${shown} is archived without span ${shortSpan(span.name)} of ${fragments}`,
      );
    }
  }

  /**
   * Of a span that arrived in two fragments one is claimed, and the wake-up of the other is acknowledged: its trace is claimed as a whole.
   * If the claim cannot be settled, the dead letter names the trace and a fragment that keeps the claim open; sent back, it settles both.
   */
  #isInOpenClaim(name: string, { fragments }: SentTrace, span: string): boolean {
    const copies = [...fragments.values()].filter(({ spans }) => spans.some((one) => one.name === span));
    const isNamed = [...fragments.keys()].some((hash) => this.#inDeadLetters.has(`${name}/${hash}`));
    return this.#moment === 'storm' && copies.length > 1 && isNamed;
  }

  /** A dead letter of a trace over a limit says which, and what is kept of the trace. */
  #checkMarks(): void {
    for (const letter of this.#world.engine.deadLetters().map(decodeWakeUp)) {
      for (const name of namesIn(letter)) {
        const trace = traceOf(name);
        if (!this.#overLimit.has(trace) || hasExpiry(this.#world.plan.settings)) continue;
        const lines = this.#archive.get(trace) ?? [];
        const keys = lines.map(({ key }) => key).filter((key) => this.#world.archivedBeforeRedrive.has(key));
        const { reason = '' } = letter;
        // As claims do, it names objects without the folder of the tenant; of claims that were folded, the first one's.
        const names = keys.map((key) => key.replace(/\/tenant=[^/]+/, ''));
        const isTrue = reason.endsWith(NOTHING_KEPT)
          ? keys.length === 0
          : names.some((key) => reason.includes(key)) || (lines.length > 0 && keys.length === 0);
        if (/ has more than \d+ (fragments|spans|bytes) /.test(reason) && isTrue) continue;
        this.#violate('unreported', `${shortName(name)} is set aside because "${reason}"; archived: ${keys.join(' ')}`);
      }
    }
  }

  /** What is archived of a trace, each span once. */
  #countSpans(name: string, { fragments }: SentTrace, lines: readonly ArchivedLine[]): ReadonlySet<string> {
    const sent = new Map([...fragments.values()].flatMap(({ spans }) => spans.map((span) => [span.name, span])));
    const counts = new Map<string, number>();
    for (const { name: span, content } of lines.flatMap(({ spans }) => spans)) {
      counts.set(span, (counts.get(span) ?? 0) + 1);
      if (sent.get(span)?.content !== content) {
        this.#violate('foreign', `${shortSpan(span)} of ${shortTrace(name)} is archived as "${content.slice(0, 80)}"`);
      }
    }
    const { settings } = this.#world.plan;
    for (const [span, count] of counts) {
      const holders = [...fragments.values()].filter(({ spans }) => spans.some((one) => one.name === span));
      // The same span in other batches may be archived again, where that is documented (docs/adr/0001, 0011).
      const allowed = settings.isLarge || hasExpiry(settings) ? holders.length : 1;
      if (count > allowed) {
        this.#violate('double', `${shortTrace(name)}: span ${shortSpan(span)} is archived ${count} times`);
      }
    }
    return new Set(counts.keys());
  }

  /** Where nothing else kills, a trace that does is the only one that is given up for it; and it is given up, not retried for ever. */
  #checkIsolation(): void {
    const { plan, engine } = this.#world;
    const { latency, functionTimeoutMs, visibilityTimeoutMs } = plan.settings;
    const isOnlyKiller = plan.faults.length === 0 && latency === 'even' && functionTimeoutMs < visibilityTimeoutMs;
    if (plan.deadly === undefined || !isOnlyKiller) return;
    for (const body of engine.deadLetters()) {
      const { reason, ...wakeUp } = decodeWakeUp(body);
      const others = namesIn(wakeUp).filter((name) => !isDeadlyIn(plan, name.slice(name.lastIndexOf('/') - 32)));
      if (others.length === 0 || (reason !== undefined && !reason.startsWith('the process ended'))) continue;
      this.#violate('not isolated', `${others.map(shortName).join(' ')}: ${reason ?? 'moved by the queue'}`);
    }
  }

  /** A trace is sampled once. In a history without faults each is received once, too. */
  #checkMetrics(summaries: readonly DecideSummary[]): void {
    const { ledger, plan, engine } = this.#world;
    const total = (count: 'sampled' | 'received') => summaries.reduce((sum, summary) => sum + summary[count], 0);
    if (total('sampled') > engine.decided.size) {
      this.#violate('metrics', `${total('sampled')} traces are counted as sampled, and ${engine.decided.size} are`);
    }
    if (!isCalm(plan)) return;
    const traces = [...ledger.traces.values()];
    if (traces.some(({ timesSent }) => [...timesSent.values()].some((times) => times > 1))) return;
    if (total('sampled') !== this.#archive.size) {
      this.#violate('metrics', `${total('sampled')} traces are counted as sampled, ${this.#archive.size} are archived`);
    }
    // What is set aside at its first look has not been received.
    if (this.#overLimit.size === 0 && total('received') !== traces.length) {
      this.#violate('metrics', `${total('received')} traces are counted as received, ${traces.length} were sent`);
    }
  }

  /**
   * Whether a fragment need not be archived, because a dead letter names it at a moment when one may; where fragments expire, also
   * because its trace was not sampled while it was there.
   */
  #isExcused(name: string): boolean {
    const expires = hasExpiry(this.#world.plan.settings);
    if (expires && this.#world.settledInTime.has(name)) return true;
    return (expires || this.#moment === 'storm' || this.#overLimit.has(traceOf(name))) && this.#inDeadLetters.has(name);
  }

  /**
   * A restore may be among the dead letters: after the storm only because the spans have expired before it was delivered, or the trace is
   * over a limit.
   */
  #isRestoreExcused(name: string, { fragments }: SentTrace): boolean {
    const isSettled = this.#moment === 'after' && !hasExpiry(this.#world.plan.settings);
    if (isSettled && !this.#overLimit.has(name)) return false;
    return [...fragments.keys()].some((hash) => this.#inDeadLetters.has(`${name}/${hash}`));
  }

  #lossKind(kind: 'lost' | 'lost trace'): Violation['kind'] {
    return this.#moment === 'storm' ? 'unreported' : kind;
  }

  #violate(kind: Violation['kind'], message: string): void {
    this.#found.push({ kind, message });
  }
}

/** Of a fragment's name: `[tenant/]trace/hash`. */
function traceOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/'));
}

function hasExpiry({ bufferTtlMs }: Settings): boolean {
  return bufferTtlMs < SHORT_TTL_MS;
}

/** Nothing goes wrong, calls take next to no time, and all clocks agree on which fragment of a trace is the earliest. */
function isCalm({ faults, deadly, stalls, requests, settings }: Plan): boolean {
  const isCut = requests.some((request) => isFirstCut(request, settings));
  return (
    faults.length === 0 &&
    deadly === undefined &&
    stalls.length === 0 &&
    !isCut &&
    settings.latency === 'even' &&
    settings.skewMs === 0
  );
}

/** An unfinished copy is left out where there is a finished one (docs/adr/0006-copies-that-differ.md). */
function isReplaced({ name, copy }: SentSpan, archived: ReadonlySet<string>): boolean {
  if (copy !== 2) return false;
  const span = name.slice(0, -1);
  return archived.has(`${span}0`) || archived.has(`${span}1`);
}

/** The last digit of the span ID, and the number of the copy. */
function shortSpan(name: string): string {
  const [, spanId = '', copy = ''] = name.split('/');
  return copy === '0' ? spanId.slice(-1) : `${spanId.slice(-1)}.${copy}`;
}
