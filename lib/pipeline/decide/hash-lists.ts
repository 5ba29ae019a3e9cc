import { type Claim, type DecisionRecord, MAX_LISTED_HASHES, type SpanBuffer } from '../ports.ts';
import type { LargeTraceOptions } from './options.ts';

/** Beyond this many hashes in memory all lists are forgotten: some 10 MB. */
const MAX_REMEMBERED_HASHES = 100_000;

/** The position of the claim that holds a fragment among the claims of its record; -1: none does. */
export type PositionOf = (hash: string) => number;

/**
 * The names of the fragments of large traces, in lists outside of the record (`l#…` in lib/aws/dynamodb/schema.ts):
 * ```
 *   record, rewritten by each claim      lists, never changed
 *   claims[0]: f00, lists: A, B ───────▶ A: f01 … f64
 *   claims[1]: f81               └─────▶ B: f65 … f80
 * ```
 * So a record stays small however many fragments are claimed, and a process reads a list once. A list is written before the
 * record that names it; if that record is not written, nothing names the list, and it expires.
 *
 * A new list takes in those before it that are no longer than it is. So n names make no more than log n lists, and each name is
 * written log n times.
 */
export class HashLists {
  readonly #buffer: Pick<SpanBuffer, 'readList' | 'writeList'>;
  readonly #traces = new Map<string, Map<string, ReadonlySet<string>>>();
  readonly #inlineHashes: number;
  #rememberedCount = 0;

  constructor(buffer: Pick<SpanBuffer, 'readList' | 'writeList'>, { inlineHashes }: LargeTraceOptions) {
    this.#buffer = buffer;
    this.#inlineHashes = inlineHashes;
  }

  /** Whether this process has met the trace as a large one. */
  knows(traceId: string): boolean {
    return this.#traces.has(traceId);
  }

  /** The trace is a large one. */
  meet(traceId: string): void {
    this.#listsOf(traceId, 1);
  }

  /** Whether one of the lists has a hash. */
  async search(traceId: string, names: readonly string[]): Promise<(hash: string) => boolean> {
    const lists = await Promise.all(names.map((name) => this.#list(traceId, name)));
    return (hash) => lists.some((list) => list.has(hash));
  }

  async positions(traceId: string, { claims }: DecisionRecord): Promise<PositionOf> {
    const inline = new Map(
      claims.flatMap(({ fragments }, position) => fragments.map((hash) => [hash, position] as const)),
    );
    const listed = await Promise.all(claims.map(({ lists = [] }) => this.search(traceId, lists)));
    return (hash) => inline.get(hash) ?? listed.findIndex((has) => has(hash));
  }

  /** The record with the names of many fragments in lists, which are written when this resolves. @param listName no other list has it */
  async moveOut(traceId: string, record: DecisionRecord, listName: string): Promise<DecisionRecord> {
    const claims: Claim[] = [];
    for (const [position, claim] of record.claims.entries()) {
      const [earliest, ...others] = claim.fragments;
      if (earliest === undefined || claim.fragments.length <= this.#inlineHashes) {
        claims.push(claim);
        continue;
      }
      const lists = await this.extend(traceId, claim.lists ?? [], others, `${listName}.${position}`);
      claims.push({ ...claim, fragments: [earliest], lists });
    }
    return { ...record, claims };
  }

  /** Writes a list with these hashes, and perhaps those of some of the lists before it. Resolves to the names of what has all. */
  async extend(
    traceId: string,
    before: readonly string[],
    hashes: readonly string[],
    listName: string,
  ): Promise<readonly string[]> {
    const names = [...before];
    let list = new Set(hashes);
    for (let last = names.at(-1); last !== undefined; last = names.at(-1)) {
      const previous = await this.#list(traceId, last);
      if (previous.size > list.size || previous.size + list.size > MAX_LISTED_HASHES) break;
      list = new Set([...previous, ...list]);
      names.pop();
    }
    await this.#buffer.writeList(traceId, listName, [...list]);
    this.#remember(traceId, listName, list);
    return [...names, listName];
  }

  /** A list that has expired is empty: its fragments have been gone for a week. */
  async #list(traceId: string, name: string): Promise<ReadonlySet<string>> {
    const known = this.#traces.get(traceId)?.get(name);
    if (known !== undefined) return known;
    const list = new Set(await this.#buffer.readList(traceId, name));
    this.#remember(traceId, name, list);
    return list;
  }

  #remember(traceId: string, name: string, list: ReadonlySet<string>): void {
    this.#listsOf(traceId, list.size).set(name, list);
    this.#rememberedCount += list.size;
  }

  /** What is remembered of a trace, with room for so many hashes more. */
  #listsOf(traceId: string, moreCount: number): Map<string, ReadonlySet<string>> {
    if (this.#rememberedCount + moreCount > MAX_REMEMBERED_HASHES) {
      this.#traces.clear();
      this.#rememberedCount = 0;
    }
    const known = this.#traces.get(traceId);
    if (known !== undefined) return known;
    const lists = new Map<string, ReadonlySet<string>>();
    this.#traces.set(traceId, lists);
    this.#rememberedCount += 1;
    return lists;
  }
}
