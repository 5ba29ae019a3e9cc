import type { ArchiveReader } from '../../archive/archive-reader.ts';
import type { TraceLine } from '../../archive/read-line.ts';
import { isInWindow } from '../../archive/window.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { type ExitCode, InterruptedError } from '../../terminal/errors.ts';
import { escapeForTerminal } from '../../terminal/show.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { ReplayCommand } from './arguments.ts';
import { Ledger } from './ledger.ts';
import { NOTHING_REJECTED, OtlpSender, type SendResult } from './otlp-sender.ts';
import { PositionKeeper, type ReplayState, writeState } from './position.ts';
import { type Batch, linesAfter, readBatches, spansOf } from './read-batches.ts';
import { isComplete, listProblems, progressLine, summaryLines } from './report.ts';
import { listObjects, type SelectedObjects } from './select.ts';
import { UnfinishedSpans } from './unfinished-spans.ts';

export interface ReplayOptions {
  readonly batches: AsyncIterable<Batch>;
  readonly send: (lines: readonly TraceLine[]) => Promise<SendResult>;
  readonly ledger: Ledger;
  /** Requests under way at once, and those that are answered but stand behind one that is not. */
  readonly maxInFlight: number;
  /** Whether to begin no further request. */
  readonly isInterrupted: () => boolean;
  /** Called after each batch that is settled. */
  readonly onSettled: () => void;
}

/**
 * Sends batches, several at once, and reads no further ahead. After a failure nothing new begins; what is under way is waited
 * for, and counts.
 *
 * @returns whether everything is settled; if not, it was interrupted
 * @throws the first failure
 */
export async function replay(options: ReplayOptions): Promise<boolean> {
  const inFlight = new Set<Promise<void>>();
  let isCutShort = false;
  let failure: { readonly error: unknown } | undefined;
  const sendOne = async (batch: Batch, settle: (result: SendResult) => void) => {
    try {
      settle(batch.lines.length === 0 ? NOTHING_REJECTED : await options.send(batch.lines));
      options.onSettled();
    } catch (error) {
      failure ??= { error };
    }
  };
  try {
    for await (const batch of options.batches) {
      isCutShort = failure !== undefined || options.isInterrupted();
      if (isCutShort) break;
      const sending = sendOne(batch, options.ledger.open(batch)).finally(() => inFlight.delete(sending));
      inFlight.add(sending);
      while (options.ledger.unsettled >= options.maxInFlight && inFlight.size > 0) await Promise.race(inFlight);
    }
  } finally {
    await Promise.all(inFlight);
  }
  if (failure !== undefined) throw failure.error;
  return !isCutShort;
}

/** Requests a second that a rate is kept with, where traces are small enough. */
const STEPS_PER_SECOND = 10;

/** The most spans that a request may have so that a rate holds over parts of a second, and not only from batch to batch. */
function spansOfStep(spansPerSecond: number): number {
  return Math.max(1, Math.ceil(spansPerSecond / STEPS_PER_SECOND));
}

/**
 * Lets this many spans pass in a second, in steps of requests. Each request waits for its own spans, the first one too: at no
 * time have more passed than the rate times the time since the beginning.
 */
class Pacer {
  readonly #spansPerSecond: number;
  readonly #clock: Clock;
  readonly #sleep: (milliseconds: number) => Promise<void>;
  #nextMs = 0;

  constructor(spansPerSecond: number, clock: Clock, sleep: (milliseconds: number) => Promise<void>) {
    this.#spansPerSecond = spansPerSecond;
    this.#clock = clock;
    this.#sleep = sleep;
  }

  /** Waits until the spans may go. */
  async pass(spans: number): Promise<void> {
    const nowMs = this.#clock.now();
    this.#nextMs = Math.max(nowMs, this.#nextMs) + (spans / this.#spansPerSecond) * 1000;
    if (this.#nextMs > nowMs) await this.#sleep(this.#nextMs - nowMs);
  }
}

export interface SendDeps {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Rejects when the signal is aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Aborted on Ctrl-C: nothing new begins. */
  readonly stop: AbortSignal;
  /** Aborted when what is under way has had time enough to end. */
  readonly abort: AbortSignal;
}

export interface Prepared {
  readonly command: ReplayCommand;
  readonly archive: ArchiveReader;
  readonly start: ReplayState;
  readonly selected: SelectedObjects;
  /** Trace IDs that were named. */
  readonly given: readonly string[];
  /** Undefined: all. */
  readonly wanted: ReadonlySet<string> | undefined;
}

const RETRY_MESSAGE_PERIOD_MS = 10_000;

/** Sends what is selected, from the start's position on. Resolves to the exit code. @throws what stopped it */
export async function sendAll(prepared: Prepared, deps: SendDeps): Promise<ExitCode> {
  const { command, start, selected } = prepared;
  const ledger = new Ledger(
    start,
    listProblems((problem) => deps.terminal.complain(escapeForTerminal(problem))),
  );
  const missing = new Set(prepared.given);
  let isDone = false;
  const keeper = keepPosition(command, deps.clock, () => ({ ...start, ...ledger.state(), isDone }));
  const beganMs = deps.clock.now();
  const spansPerSecond = () => ((ledger.counts.spans - start.counts.spans) * 1000) / (deps.clock.now() - beganMs || 1);
  const progress = deps.terminal.progress(() => progressLine(ledger.counts, selected, spansPerSecond()), {
    alsoInPipe: true,
  });
  try {
    isDone = await replay({
      batches: readBatches({
        archive: prepared.archive,
        objects: listObjects(prepared.archive, start),
        from: start.position,
        maxBatchBytes: command.batchBytes,
        maxBatchSpans: spansOfStep(command.spansPerSecond),
        stop: deps.stop,
        isWanted: ({ traceId, startMs }, hour) => {
          if (start.times !== undefined && !isInWindow(start.times, hour, startMs)) return false;
          missing.delete(traceId);
          return prepared.wanted?.has(traceId) ?? true;
        },
        unfinished: new UnfinishedSpans({
          objectsOf: (hour) => listObjects(prepared.archive, { ...start, partitions: { first: hour, last: hour } }),
          linesOf: (key) => linesAfter(0, () => prepared.archive.open(key)),
        }),
      }),
      send:
        command.dryRun || command.url === undefined
          ? async () => NOTHING_REJECTED
          : sending(command, command.url, deps),
      ledger,
      maxInFlight: command.maxInFlight,
      isInterrupted: () => deps.stop.aborted,
      onSettled: () => keeper?.note(),
    });
  } finally {
    progress.finish();
    await keeper?.close();
    for (const line of summaryLines(ledger.counts, selected, command.dryRun)) deps.terminal.print(line);
    if (!isDone) deps.terminal.print(howToGoOn(command));
  }
  if (!isDone) return 130;
  // What lies before the position of an earlier run has not been looked at.
  const absent = start.position === undefined ? [...missing] : [];
  if (absent.length > 0) deps.terminal.complain(`not among these traces: ${absent.join(' ')}`);
  return absent.length === 0 && isComplete(ledger.counts) ? 0 : 1;
}

/** One failure ends the waiting of all the others. */
function sending(
  command: ReplayCommand,
  url: string,
  deps: SendDeps,
): (lines: readonly TraceLine[]) => Promise<SendResult> {
  const failed = new AbortController();
  const waiting = AbortSignal.any([deps.stop, failed.signal]);
  const sleep = async (milliseconds: number) => {
    try {
      await deps.sleep(milliseconds, waiting);
    } catch (error) {
      waiting.throwIfAborted();
      throw error;
    }
  };
  const pacer = new Pacer(command.spansPerSecond, deps.clock, sleep);
  const onRetry = announceRetries(deps);
  const sender = new OtlpSender({
    ...command,
    ...deps,
    url,
    sleep,
    signal: deps.abort,
    onRetry,
  });
  return async (lines) => {
    try {
      await pacer.pass(spansOf(lines));
      return await sender.send(lines);
    } catch (error) {
      failed.abort(new InterruptedError());
      throw error;
    }
  };
}

/** A receiver that is down is one message now and then, not one for each request and attempt. */
function announceRetries({ clock, terminal }: SendDeps): (reason: string, delayMs: number) => void {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  return (reason, delayMs) => {
    const nowMs = clock.now();
    if (nowMs < quietUntilMs) return;
    quietUntilMs = nowMs + RETRY_MESSAGE_PERIOD_MS;
    terminal.complain(escapeForTerminal(`${reason}; trying again in ${(delayMs / 1000).toFixed(1)} s`));
  };
}

function keepPosition(
  { resumeFile }: ReplayCommand,
  clock: Clock,
  state: () => ReplayState,
): PositionKeeper | undefined {
  return resumeFile === undefined ? undefined : new PositionKeeper(clock, () => writeState(resumeFile, state()));
}

function howToGoOn({ resumeFile, dryRun }: ReplayCommand): string {
  if (dryRun) return 'stopped';
  if (resumeFile === undefined) return 'stopped; with --resume FILE a replay can go on where it has stopped';
  return `stopped; the position is in ${resumeFile}: the same command goes on from there`;
}
