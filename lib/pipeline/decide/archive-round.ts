import { archiveKey } from '../../archive/layout.ts';
import { newLineWriter } from '../../archive/line.ts';
import type { JsonWriter } from '../../otlp/json-encode/writer.ts';
import type { Clock, TraceArchive } from '../ports.ts';

interface PendingObject {
  readonly key: string;
  readonly lines: Uint8Array[];
  byteCount: number;
  abandoned: boolean;
}

export interface ArchiveRoundDeps {
  readonly archive: TraceArchive;
  readonly clock: Clock;
}

/** Rounds that go on at one time, besides those of large traces. */
const MOST_SPARE = 2;
/**
 * Of rounds that were committed. The lines of one trace are about 15 KB: new memory for them costs more than writing them, because
 * the system clears it, it is in no cache, and the garbage collector frees it.
 */
const spareWriters: JsonWriter[] = [];

/**
 * The archive objects of one round of decisions: one per partition, its key chosen before anything is claimed for it.
 * Creating the object commits every claim on its key at once:
 * ```
 *   keyFor(partition) ─▶ claim names the key, is recorded ─▶ add(lines) ─▶ … ─▶ commit(): create-only PUT
 *                          │ not known whether recorded
 *                          └─▶ abandon(): no object, so that its claims are fenced later
 * ```
 */
export class ArchiveRound {
  /** 16 hex digits that no other round has. */
  readonly id: string;
  readonly #deps: ArchiveRoundDeps;
  readonly #objects = new Map<string, PendingObject>();
  #lineWriter: JsonWriter | undefined;

  constructor(id: string, deps: ArchiveRoundDeps) {
    this.id = id;
    this.#deps = deps;
  }

  /** Holds the lines of this round until it has been committed; then another round writes over them. */
  get lineWriter(): JsonWriter {
    this.#lineWriter ??= spareWriters.pop() ?? newLineWriter();
    return this.#lineWriter;
  }

  /** Whether it must take no further trace: it holds `maxBytes` of lines, or one of its objects was abandoned. */
  isOver(maxBytes: number): boolean {
    const objects = [...this.#objects.values()];
    const byteCount = objects.reduce((sum, object) => sum + object.byteCount, 0);
    return byteCount >= maxBytes || objects.some((object) => object.abandoned);
  }

  /** The key that claims in this partition name. */
  keyFor(partition: string): string {
    let object = this.#objects.get(partition);
    if (object === undefined) {
      object = {
        key: archiveKey(partition, this.#deps.clock.now(), this.id),
        lines: [],
        byteCount: 0,
        abandoned: false,
      };
      this.#objects.set(partition, object);
    }
    return object.key;
  }

  /** Adds the lines of a claim that is now recorded. */
  add(partition: string, lines: readonly Uint8Array[]): void {
    const object = this.#objects.get(partition);
    if (object === undefined) throw new Error(`no key has been chosen for partition ${partition}`);
    object.lines.push(...lines);
    object.byteCount += lines.reduce((sum, line) => sum + line.length, 0);
  }

  /**
   * Gives up the object of a partition: a claim on its key may be on record whose lines are not here, and an object without
   * them would count as its commit. All claims on the key are fenced once they are old.
   */
  abandon(partition: string): void {
    const object = this.#objects.get(partition);
    if (object !== undefined) object.abandoned = true;
  }

  /**
   * Creates the objects. Resolves to the keys whose claims are committed, each with the number of bytes of its lines. Whether
   * the claims on any other key are committed is not known. It ends the round: its lines are gone.
   */
  async commit(): Promise<ReadonlyMap<string, number>> {
    const objects = [...this.#objects.values()].filter((object) => object.lines.length > 0 && !object.abandoned);
    const committed = await Promise.all(objects.map((object) => this.#create(object)));
    this.#giveBackMemory();
    return new Map(objects.filter((_, index) => committed[index]).map(({ key, byteCount }) => [key, byteCount]));
  }

  /** Only when every object has been answered for: until then, a store may read the lines. */
  #giveBackMemory(): void {
    const writer = this.#lineWriter;
    this.#objects.clear();
    this.#lineWriter = undefined;
    if (writer === undefined || spareWriters.length === MOST_SPARE) return;
    writer.recycle();
    spareWriters.push(writer);
  }

  async #create({ key, lines }: PendingObject): Promise<boolean> {
    try {
      if ((await this.#deps.archive.create(key, lines)) === 'created') return true;
      // No other round creates data at this key: it is an earlier try of this very PUT, or a fence.
      return (await this.#deps.archive.inspect(key)) === 'data';
    } catch {
      // Whether it was created, the next wake-up that inspects the key finds out.
      return false;
    }
  }
}
