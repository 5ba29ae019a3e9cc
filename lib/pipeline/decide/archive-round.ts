import { archiveKey } from '../../archive/layout.ts';
import type { Clock, TraceArchive } from '../ports.ts';

interface PendingObject {
  readonly key: string;
  readonly lines: Uint8Array[];
  byteCount: number;
  abandoned: boolean;
}

/**
 * The archive objects of one round of decisions: one per partition, its key chosen before anything is claimed for it.
 * Creating the object commits every claim on its key at once.
 */
export class ArchiveRound {
  readonly #id: string;
  readonly #archive: TraceArchive;
  readonly #clock: Clock;
  readonly #objects = new Map<string, PendingObject>();

  /** @param id 16 hex digits that no other round has */
  constructor(id: string, archive: TraceArchive, clock: Clock) {
    this.#id = id;
    this.#archive = archive;
    this.#clock = clock;
  }

  /** Whether it should take no further trace: an object has its size, or will not be created. */
  isOver(maxBytes: number): boolean {
    const objects = [...this.#objects.values()];
    const byteCount = objects.reduce((sum, object) => sum + object.byteCount, 0);
    return byteCount >= maxBytes || objects.some((object) => object.abandoned);
  }

  /** The key that claims in this partition name. */
  keyFor(partition: string): string {
    let object = this.#objects.get(partition);
    if (object === undefined) {
      object = { key: archiveKey(partition, this.#clock.now(), this.#id), lines: [], byteCount: 0, abandoned: false };
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
   * Gives the object of a partition up: somebody may or may not have recorded a claim on its key whose lines are not
   * here, and an object without them would pass for their commit. Its claims are fenced once they are old.
   */
  abandon(partition: string): void {
    const object = this.#objects.get(partition);
    if (object !== undefined) object.abandoned = true;
  }

  /**
   * Creates the objects. Resolves to the keys whose claims are committed, each with the bytes of its lines; the claims on any
   * other key are not known to be.
   */
  async commit(): Promise<ReadonlyMap<string, number>> {
    const objects = [...this.#objects.values()].filter((object) => object.lines.length > 0 && !object.abandoned);
    const committed = await Promise.all(objects.map((object) => this.#create(object)));
    return new Map(objects.filter((_, index) => committed[index]).map(({ key, byteCount }) => [key, byteCount]));
  }

  async #create({ key, lines }: PendingObject): Promise<boolean> {
    try {
      if ((await this.#archive.create(key, lines)) === 'created') return true;
      // Nobody else creates data at this key: it is the first try of this very PUT, or a fence.
      return (await this.#archive.inspect(key)) === 'data';
    } catch {
      // Created or not, the next wake-up that looks at the key will see.
      return false;
    }
  }
}
