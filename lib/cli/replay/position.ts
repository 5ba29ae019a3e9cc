import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import type { PartitionRange } from '../../archive/archive-reader.ts';
import type { TimeWindow } from '../../archive/window.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { CommandError } from '../../terminal/errors.ts';
import { emptyCounts, type ReplayCounts } from './ledger.ts';
import type { Position } from './read-batches.ts';

/** A death repeats what was sent since the last write: a second or so. */
const PERIOD_MS = 1_000;

/** Writes the state now and then, one write at a time. */
export class PositionKeeper {
  readonly #clock: Clock;
  readonly #write: () => Promise<void>;
  #lastMs = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  /** @param write writes the state as it is when called */
  constructor(clock: Clock, write: () => Promise<void>) {
    this.#clock = clock;
    this.#write = write;
  }

  /** The state has changed. @throws when it could not be written */
  note(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    const nowMs = this.#clock.now();
    if (nowMs - this.#lastMs < PERIOD_MS) return;
    this.#lastMs = nowMs;
    this.#writing = this.#writing.then(this.#write).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /** Writes the last state. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#write();
  }
}

/** What a replay sends, in the words in which it was asked for. */
export type Selection = Readonly<Record<string, string>>;

/** How far a replay has come, and all that must stay the same when it goes on. */
export interface ReplayState {
  readonly selection: Selection;
  /** Objects that were written later are not part of it. Milliseconds since the epoch. */
  readonly startedAtMs: number;
  /** The words of the selection may be relative to the start. */
  readonly partitions: PartitionRange;
  /** Within these partitions. A file of an earlier version has none: then whole hours are sent, as when it began. */
  readonly times?: TimeWindow;
  /** Undefined: nothing is settled yet. */
  readonly position: Position | undefined;
  readonly counts: ReplayCounts;
  readonly isDone: boolean;
}

const FORMAT = 'tailgate-replay-1';

/**
 * The state in the file; undefined when there is no such file.
 * @throws {CommandError} when the file is something else, or belongs to another replay
 */
export async function readState(file: string, selection: Selection): Promise<ReplayState | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const state = parseState(text);
  if (state === undefined) {
    throw new CommandError(`--resume ${file}: this file holds no position of a replay; name another, it will be made`);
  }
  const differences = [...new Set([...Object.keys(state.selection), ...Object.keys(selection)])]
    .filter((name) => state.selection[name] !== selection[name])
    .map(
      (name) =>
        `\n  ${name}: ${state.selection[name] ?? '(not given)'} there, ${selection[name] ?? '(not given)'} here`,
    );
  if (differences.length === 0) return state;
  throw new CommandError(
    `--resume ${file}: it belongs to another replay; name another file, or delete it${differences.join('')}`,
  );
}

function parseState(text: string): ReplayState | undefined {
  try {
    const { format, position, counts, ...state } = JSON.parse(text);
    if (
      format !== FORMAT ||
      !isObject(state.selection) ||
      !isObject(state.partitions) ||
      !(state.times === undefined || isObject(state.times)) ||
      typeof state.startedAtMs !== 'number'
    )
      return undefined;
    if (position !== undefined && !isPosition(position)) return undefined;
    const selection = inTodaysWords(state.selection);
    return { ...state, selection, position, counts: { ...emptyCounts(), ...counts } };
  } catch {
    return undefined;
  }
}

/** The selection of a file that was written when `--to` was the receiver, and `--since` and `--until` were the times. */
function inTodaysWords({ to, since, until, ...rest }: Selection): Selection {
  const isUrl = to !== undefined && /^https?:/.test(to);
  return {
    ...rest,
    ...(isUrl ? { endpoint: to } : to !== undefined && { to }),
    ...(since !== undefined && { from: since }),
    ...(until !== undefined && { to: until }),
  };
}

function isPosition({ object, lines, isWhole }: Record<string, unknown>): boolean {
  return typeof object === 'string' && typeof lines === 'number' && typeof isWhole === 'boolean';
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Writes the file whole or not at all: a death at any moment leaves the one before it. */
export async function writeState(path: string, state: ReplayState): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(`${JSON.stringify({ format: FORMAT, ...state }, undefined, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`cannot keep the position: ${reason}`, { cause: error });
  }
}
