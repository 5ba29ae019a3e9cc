import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { forEachTraceId } from './pack.ts';

/** Packs that are read in one go, so that the thread is free again after a few milliseconds. */
const PACKS_PER_STEP = 64;

/**
 * Finds the packs that have something of a trace. What was written last is in memory: whoever reads asks for the packs after
 * the last one that it knows, so that a read sees everything that any connection has committed.
 */
export class TraceIndex {
  readonly #selectNew: StatementSync;
  readonly #recent = new Map<string, number | number[]>();
  #last = 0;
  #catchingUp: Promise<void> | undefined;

  constructor(database: DatabaseSync) {
    this.#selectNew = database.prepare('SELECT id, tenant, directory FROM pack WHERE id > ? ORDER BY id LIMIT ?');
  }

  /** IDs of the packs that may have something of the trace, in order of their commits. */
  async find(tenant: string, traceId: string): Promise<readonly number[]> {
    if (this.#catchingUp !== undefined || !this.#readNew()) await this.#catchUp();
    const found = this.#recent.get(keyOf(tenant, traceId));
    if (found === undefined) return [];
    return typeof found === 'number' ? [found] : found;
  }

  /** Shared by all who wait: the last step began after each of them came. */
  #catchUp(): Promise<void> {
    this.#catchingUp ??= (async () => {
      do await new Promise((resolve) => setImmediate(resolve));
      while (!this.#readNew());
      this.#catchingUp = undefined;
    })();
    return this.#catchingUp;
  }

  /** One step. Returns whether there is nothing more. */
  #readNew(): boolean {
    const packs = this.#selectNew.all(this.#last, PACKS_PER_STEP);
    for (const { id, tenant, directory } of packs) this.#add(Number(id), String(tenant), directory as Uint8Array);
    return packs.length < PACKS_PER_STEP;
  }

  #add(id: number, tenant: string, directory: Uint8Array): void {
    forEachTraceId(directory, (traceId) => {
      const key = keyOf(tenant, traceId);
      const known = this.#recent.get(key);
      if (known === undefined) this.#recent.set(key, id);
      else if (typeof known === 'number') {
        if (known !== id) this.#recent.set(key, [known, id]);
      } else if (known.at(-1) !== id) known.push(id);
    });
    this.#last = id;
  }
}

function keyOf(tenant: string, traceId: string): string {
  return tenant === '' ? traceId : `${tenant}/${traceId}`;
}
