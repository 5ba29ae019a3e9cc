import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { GroupCommit } from './group-commit.ts';
import { forEachFragment } from './pack.ts';
import { SegmentFilters } from './segment-filters.ts';
import type { Snapshot } from './snapshot.ts';
import { encodeSegment, type FragmentPlace, findInPart, hashTrace, partOf, placeOf } from './trace-segment.ts';

/** Packs that are read in one go, so that the thread is free again after a few milliseconds. */
const PACKS_PER_STEP = 64;
/** Segments that are read in one go. */
const SEGMENTS_PER_STEP = 16;
/** From this many fragments on, a range of packs becomes a segment. Writing it takes some milliseconds. */
const SEGMENT_FRAGMENTS = 32_768;

/** The traces of the packs after the last segment, in memory. */
interface Range {
  last: number;
  fragments: number;
  /** The fragments of each trace. */
  readonly traces: Map<string, FragmentPlace | FragmentPlace[]>;
}

interface Segment {
  /** Name of the segment: its last pack. */
  readonly last: number;
  readonly partBits: number;
}

/**
 * Finds the packs that have something of a trace, without an index that is written for each fragment:
 * ```
 *   packs     1 … 380 │ 381 … 702 │ … │ 9011 … 9344 │ 9345 … 9400
 *             segment   segment         segment       in memory: a reader asks for the packs after the last that it knows
 * ```
 * Every connection that reads knows the filters of all segments, and reads the directories of the packs after them; so it sees
 * everything that any connection has committed. A connection that only writes costs nothing here.
 */
export class TraceIndex {
  readonly #writer: GroupCommit;
  readonly #snapshot: Snapshot;
  readonly #selectNew: StatementSync;
  readonly #selectFirst: StatementSync;
  readonly #selectSegments: StatementSync;
  readonly #selectOldest: StatementSync;
  readonly #selectPart: StatementSync;
  readonly #insertSegment: StatementSync;
  readonly #insertPart: StatementSync;
  readonly #deleteSegment: StatementSync;
  readonly #deleteParts: StatementSync;
  readonly #segments = new SegmentFilters<Segment>();
  #ranges: Range[] = [];
  /** The last pack that a segment or a range covers. */
  #last = 0;
  /** All segments that were there at first have been read. */
  #isOpen = false;
  /** The snapshot that was read to its end. */
  #read = 0;
  #catchingUp: Promise<void> | undefined;
  readonly counts = { directoriesRead: 0, partsRead: 0 };

  constructor(database: DatabaseSync, writer: GroupCommit, snapshot: Snapshot) {
    this.#writer = writer;
    this.#snapshot = snapshot;
    this.#selectNew = database.prepare('SELECT id, tenant, directory FROM pack WHERE id > ? ORDER BY id LIMIT ?');
    this.#selectFirst = database.prepare('SELECT min(id) AS first FROM pack');
    this.#selectSegments = database.prepare(
      'SELECT last, part_bits, filter FROM segment WHERE last > ? ORDER BY last LIMIT ?',
    );
    this.#selectOldest = database.prepare('SELECT min(last) AS last FROM segment');
    this.#selectPart = database.prepare('SELECT entries FROM segment_part WHERE segment = ? AND part = ?');
    this.#insertSegment = database.prepare('INSERT OR IGNORE INTO segment (last, part_bits, filter) VALUES (?, ?, ?)');
    this.#insertPart = database.prepare('INSERT INTO segment_part (segment, part, entries) VALUES (?, ?, ?)');
    this.#deleteSegment = database.prepare('DELETE FROM segment WHERE last = ?');
    this.#deleteParts = database.prepare('DELETE FROM segment_part WHERE segment = ?');
  }

  /**
   * Where the fragments of the trace are, in the order of their commits. Some may be of other traces, or deleted; those that a
   * segment and a range both have come twice, the second time in the same order and with all that is newer.
   *
   * A promise only when there is much to catch up with: otherwise the caller goes on in the same snapshot.
   */
  find(tenant: string, traceId: string): readonly FragmentPlace[] | Promise<readonly FragmentPlace[]> {
    const key = tenant === '' ? traceId : `${tenant}/${traceId}`;
    const catchingUp = this.#catchUp();
    return catchingUp === undefined ? this.#places(key) : catchingUp.then(() => this.#places(key));
  }

  #places(key: string): readonly FragmentPlace[] {
    const found: FragmentPlace[] = [];
    if (this.#segments.newest !== undefined) this.#findInSegments(hashTrace(key), found);
    for (const { traces } of this.#ranges) {
      const places = traces.get(key);
      if (typeof places === 'number') found.push(places);
      else if (places !== undefined) for (const place of places) found.push(place);
    }
    return found;
  }

  /** One step of the upkeep: makes a segment of a full range, or deletes one without packs. Resolves to whether it did. */
  async maintain(): Promise<boolean> {
    await this.#catchUp();
    this.#readSegments();
    return (await this.#writeSegment()) || (await this.#dropSegment());
  }

  #findInSegments(hash: number, found: FragmentPlace[]): void {
    this.#snapshot.enter();
    for (const { last, partBits } of this.#segments.candidates(hash)) {
      this.counts.partsRead += 1;
      const row = this.#selectPart.get(last, partOf(hash, partBits));
      if (row !== undefined) findInPart(numbersIn(row['entries']), hash, found);
    }
  }

  /** Shared by all who wait: its last step begins after each of them came. Most of the time there is only one step. */
  #catchUp(): Promise<void> | undefined {
    if (this.#catchingUp === undefined && this.#readNew()) return undefined;
    this.#catchingUp ??= (async () => {
      try {
        do await new Promise((resolve) => setImmediate(resolve));
        while (!this.#readNew());
      } finally {
        this.#catchingUp = undefined;
      }
    })();
    return this.#catchingUp;
  }

  /** Returns whether there is nothing more. */
  #readNew(): boolean {
    const snapshot = this.#snapshot.enter();
    if (snapshot === this.#read) return true;
    if (!this.#isOpen) {
      this.#isOpen = this.#readSegments();
      if (!this.#isOpen) return false;
    }
    const packs = this.#selectNew.all(this.#last, PACKS_PER_STEP);
    this.counts.directoriesRead += packs.length;
    for (const { id, tenant, directory } of packs) this.#add(Number(id), String(tenant), directory as Uint8Array);
    if (packs.length === PACKS_PER_STEP) return false;
    this.#read = snapshot;
    return true;
  }

  #add(id: number, tenant: string, directory: Uint8Array): void {
    let range = this.#ranges.at(-1);
    if (range === undefined || range.fragments >= SEGMENT_FRAGMENTS) {
      range = { last: id, fragments: 0, traces: new Map() };
      this.#ranges.push(range);
      this.#readSegments();
    }
    const { traces } = range;
    const prefix = tenant === '' ? '' : `${tenant}/`;
    range.fragments += forEachFragment(directory, (traceId, tag) => {
      const key = prefix + traceId;
      const place = placeOf(id, tag);
      const known = traces.get(key);
      if (known === undefined) traces.set(key, place);
      else if (typeof known === 'number') traces.set(key, [known, place]);
      else known.push(place);
    });
    range.last = id;
    this.#last = id;
  }

  /** Takes note of some of the segments that are new, and of those that are gone. Returns whether there are no more. */
  #readSegments(): boolean {
    const first = this.#firstPack();
    this.#segments.forgetBefore(first);
    const rows = this.#selectSegments.all(Math.max(first - 1, this.#segments.newest?.last ?? 0), SEGMENTS_PER_STEP);
    for (const row of rows) {
      const last = Number(row['last']);
      this.#segments.add({ last, partBits: Number(row['part_bits']) }, numbersIn(row['filter']));
      this.#last = Math.max(this.#last, last);
    }
    const covered = this.#segments.newest?.last ?? 0;
    this.#ranges = this.#ranges.filter((range) => range.last > covered);
    return rows.length < SEGMENTS_PER_STEP;
  }

  async #writeSegment(): Promise<boolean> {
    const [range] = this.#ranges;
    if (range === undefined || range.fragments < SEGMENT_FRAGMENTS) return false;
    const { last, traces, fragments } = range;
    const { partBits, parts, filter } = encodeSegment(traces, fragments);
    await this.#writer.write(() => {
      if (this.#insertSegment.run(last, partBits, bytesOf(filter)).changes === 0) return;
      for (const [part, entries] of parts.entries()) this.#insertPart.run(last, part, bytesOf(entries));
    });
    this.#readSegments();
    return true;
  }

  async #dropSegment(): Promise<boolean> {
    const last = this.#selectOldest.get()?.['last'];
    if (typeof last !== 'number' || last >= this.#firstPack()) return false;
    await this.#writer.write(() => {
      this.#deleteSegment.run(last);
      this.#deleteParts.run(last);
    });
    return true;
  }

  /** Packs before this are deleted. */
  #firstPack(): number {
    return Number(this.#selectFirst.get()?.['first'] ?? Number.MAX_SAFE_INTEGER);
  }
}

function bytesOf(numbers: Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** @param bytes as {@link bytesOf} had them; a copy is aligned for sure */
function numbersIn(bytes: unknown): Uint32Array {
  return new Uint32Array(Uint8Array.from(bytes as Uint8Array).buffer);
}
