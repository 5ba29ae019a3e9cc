import type { SendResult } from './otlp-sender.ts';
import { type Batch, type Position, spansOf } from './read-batches.ts';

/** What a replay has done so far, up to its position. */
export interface ReplayCounts {
  objects: number;
  traces: number;
  /** Lines: a large trace, or one with late spans, has several. */
  lines: number;
  spans: number;
  /** Of the requests, before compression. */
  bytes: number;
  rejectedSpans: number;
  refusedLines: number;
  /** Objects, and single lines of others. */
  unreadable: number;
}

export function emptyCounts(): ReplayCounts {
  return { objects: 0, traces: 0, lines: 0, spans: 0, bytes: 0, rejectedSpans: 0, refusedLines: 0, unreadable: 0 };
}

interface Entry {
  readonly batch: Batch;
  result: SendResult | undefined;
}

/** Puts results, which come in any order, into the order of the archive: it counts up to the first that is missing. */
export class Ledger {
  readonly counts: ReplayCounts;
  /** Everything before it is settled. */
  position: Position | undefined;
  readonly #onProblem: (problem: string) => void;
  readonly #entries: Entry[] = [];

  constructor(start: { position: Position | undefined; counts: ReplayCounts }, onProblem: (problem: string) => void) {
    this.position = start.position;
    this.counts = { ...start.counts };
    this.#onProblem = onProblem;
  }

  /** Batches from the first one on that is not settled. */
  get unsettled(): number {
    return this.#entries.length;
  }

  state(): { readonly position: Position | undefined; readonly counts: ReplayCounts } {
    return { position: this.position, counts: this.counts };
  }

  /** Must be called in the order of the archive. @returns what to call when the batch is settled */
  open(batch: Batch): (result: SendResult) => void {
    const entry: Entry = { batch, result: undefined };
    this.#entries.push(entry);
    return (result) => {
      entry.result = result;
      for (let head = this.#entries[0]; head?.result !== undefined; head = this.#entries[0]) {
        this.#entries.shift();
        this.#count(head.batch, head.result);
      }
    };
  }

  #count(
    { lines, byteLength, objects, unreadable, end }: Batch,
    { rejectedSpans, messages, refused }: SendResult,
  ): void {
    const { counts } = this;
    const refusedLines = new Set(refused.map(({ line }) => line));
    const sent = lines.filter((line) => !refusedLines.has(line));
    counts.objects += objects;
    counts.traces += sent.filter(({ seq }) => seq === 0).length;
    counts.lines += sent.length;
    counts.spans += spansOf(sent) - rejectedSpans;
    counts.bytes += byteLength;
    counts.rejectedSpans += rejectedSpans;
    counts.refusedLines += refused.length;
    counts.unreadable += unreadable.length;
    this.position = end;
    for (const problem of unreadable) this.#onProblem(problem);
    for (const message of messages) this.#onProblem(`the receiver says: ${message}`);
    for (const { line, reason } of refused) this.#onProblem(`trace ${line.traceId}, seq ${line.seq}: ${reason}`);
  }
}
