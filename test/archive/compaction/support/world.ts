import { gzipSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { compactArchive } from '../../../../lib/archive/compaction/compact-archive.ts';
import { hourOf } from '../../../../lib/archive/hours.ts';
import { archiveKey, partitionOfHour } from '../../../../lib/archive/layout.ts';
import type { CompactionCatalog, ObjectStore } from '../../../../lib/archive/ports.ts';
import { type CompactedHours, NOTHING_COMPACTED } from '../../../../lib/archive/tables/compacted-hours.ts';
import { NODE_CODECS } from '../../../../lib/aws/codecs.ts';
import { line, oneSpan } from '../../../cli/query/support/archive-folder.ts';
import { MemoryCompactionCatalog } from '../../../memory/memory-compaction-catalog.ts';
import { MemoryObjectStore } from '../../../memory/memory-object-store.ts';
import { Simulation, seededRandom } from './simulation.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 10, 21, 0);
/** Objects come so long, and then everything has time to settle. */
const BUSY_MS = 9 * HOUR;
const QUIET_MS = 32 * HOUR;

/** What may be wrong, to see that it is noticed. */
export interface Flaws {
  readonly overwrites?: boolean;
  readonly takesAnyNumber?: boolean;
  readonly ignoresClosing?: boolean;
  readonly slowArrival?: boolean;
}

class Death extends Error {}

interface Answer {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly spans: readonly string[];
}

interface Written {
  readonly span: string;
  readonly hourMs: number;
  readonly namedMs: number;
  readonly thereMs: number;
}

/** An archive to which objects come, two compactors that die and stall, and queries that list one folder after the other. */
export class World {
  readonly #simulation = new Simulation(START);
  readonly #objects = new MemoryObjectStore();
  readonly #catalog = new MemoryCompactionCatalog(NOTHING_COMPACTED);
  readonly #random: () => number;
  readonly #flaws: Flaws;
  readonly #written: Written[] = [];
  readonly #answers: Answer[] = [];
  readonly #overwritten = new Map<string, Uint8Array>();
  readonly #problems: string[] = [];

  constructor(seed: number, flaws: Flaws) {
    this.#random = seededRandom(seed);
    this.#flaws = flaws;
  }

  async live(): Promise<void> {
    this.#writer();
    for (const offset of [0, 7 * MINUTE]) void this.#compactor(offset);
    for (let i = 0; i < 90; i++) void this.#query(this.#upTo(BUSY_MS + 5 * HOUR));
    void this.#query(BUSY_MS + QUIET_MS);
    await this.#simulation.run();
  }

  /** What no run may show. */
  violations(): readonly string[] {
    const found = [...this.#problems];
    for (const { startedMs, spans } of this.#answers) {
      const seen = new Set(spans);
      if (seen.size < spans.length) found.push(`at ${time(startedMs)}: a span is there twice`);
      for (const one of this.#answers) {
        if (one.endedMs > startedMs) continue;
        const gone = one.spans.find((span) => !seen.has(span));
        if (gone !== undefined) found.push(`at ${time(startedMs)}: ${gone} has vanished since ${time(one.endedMs)}`);
      }
      for (const { span, hourMs, namedMs, thereMs } of this.#written) {
        const isOnTime = namedMs < hourMs + 2 * HOUR;
        if (isOnTime && thereMs <= startedMs && !seen.has(span))
          found.push(`at ${time(startedMs)}: ${span} is missing`);
      }
    }
    const last = new Set(this.#answers.at(-1)?.spans);
    for (const { span } of this.#written) if (!last.has(span)) found.push(`${span} is lost`);
    return found;
  }

  /** Most objects come in their hour, some hours later. */
  #writer(): void {
    for (let i = 0; i < 140; i++) void this.#write(i, this.#upTo(BUSY_MS));
  }

  async #write(i: number, afterMs: number): Promise<void> {
    await this.#simulation.wait(afterMs);
    const namedMs = this.#simulation.now();
    const lateMs = this.#random() < 0.6 ? 0 : this.#upTo(6 * HOUR);
    const hour = hourOf(namedMs - lateMs);
    const span = `s${i}`;
    await this.#simulation.wait(this.#flaws.slowArrival ? this.#upTo(HOUR) : this.#upTo(90_000));
    const lines = `${JSON.stringify(line(oneSpan({ name: span }), { seq: 1 }))}\n`;
    await this.#objects.createOnly(
      archiveKey(partitionOfHour(hour), namedMs, i.toString(16).padStart(16, '0')),
      gzipSync(lines),
    );
    const hourMs = Date.parse(`${hour}:00:00Z`);
    this.#written.push({ span, hourMs, namedMs, thereMs: this.#simulation.now() });
  }

  async #compactor(offsetMs: number): Promise<void> {
    await this.#simulation.wait(offsetMs);
    while (this.#simulation.now() < START + BUSY_MS + QUIET_MS - 3 * HOUR) {
      // Run after run, some of them before the one before has ended.
      void this.#compact();
      await this.#simulation.wait(this.#random() < 0.2 ? this.#upTo(5 * HOUR) : HOUR - this.#upTo(5 * MINUTE));
    }
  }

  async #compact(): Promise<void> {
    const isQuiet = this.#simulation.now() > START + BUSY_MS + 8 * HOUR;
    const deathRate = isQuiet ? 0 : 0.01;
    const call = async <Answer>(maxMs: number, effect: () => Promise<Answer>): Promise<Answer> => {
      if (this.#random() < deathRate) throw new Death();
      await this.#simulation.wait(this.#upTo(maxMs));
      const answer = await effect();
      if (this.#random() < deathRate) throw new Death();
      return answer;
    };
    // Some stall for long.
    const slow = () => (this.#random() < 0.03 && !isQuiet ? HOUR : 200);
    const store: ObjectStore = {
      list: (prefix, after) => this.#objects.list(prefix, after),
      listFolder: (folder) => call(slow(), () => this.#objects.listFolder(folder)),
      get: (key) => this.#objects.get(key),
      getRange: (key, begin, end) => call(slow(), () => this.#objects.getRange(key, begin, end)),
      open: (key) => this.#objects.open(key),
      head: (key) => this.#objects.head(key),
      createOnly: (key, bytes) => call(slow(), () => this.#create(key, bytes)),
      put: (key, bytes) => this.#objects.put(key, bytes),
    };
    const catalog: CompactionCatalog = {
      read: () => call(slow(), () => this.#catalog.read()),
      // The one call that must not stall: a client gives it up.
      write: (hours, version) => call(100_000, () => this.#catalog.write(hours, version)),
    };
    try {
      const clock = this.#simulation;
      await compactArchive({ store, catalog, codecs: NODE_CODECS, clock, tenants: false, hasTime: () => true });
    } catch (error) {
      if (!(error instanceof Death)) this.#problems.push(String(error));
    }
  }

  async #create(path: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    if (this.#flaws.overwrites) {
      this.#overwritten.set(path, bytes);
      await this.#objects.createOnly(path, bytes);
      return 'created';
    }
    let answer = await this.#objects.createOnly(path, bytes);
    for (let n = 0; this.#flaws.takesAnyNumber && answer === 'exists'; n++) {
      answer = await this.#objects.createOnly(path.replace(/\d+\.parquet$/, `${n}.parquet`), bytes);
    }
    return answer;
  }

  /** Reads the views' text when it starts, and then each folder at a moment of its own. */
  async #query(afterMs: number): Promise<void> {
    await this.#simulation.wait(afterMs);
    const startedMs = this.#simulation.now();
    const { hours } = await this.#catalog.read();
    const spans: string[] = [];
    for (let ms = START - 6 * HOUR; ms < START + BUSY_MS; ms += HOUR) {
      const hour = hourOf(ms);
      const folder = `${partitionOfHour(hour)}/`;
      await this.#simulation.wait(this.#upTo(MINUTE));
      const isCompacted = hour >= hours.from && hour < hours.to && !hours.left.includes(hour);
      if (isCompacted) {
        for (const { key } of (await this.#objects.listFolder(`spans/${folder}`)).objects)
          spans.push(...(await this.#spansOfPart(key)));
      } else {
        for (const { key } of (await this.#objects.listFolder(`traces/${folder}`)).objects) {
          if (this.#isShown(key, hour, hours, startedMs)) spans.push(`s${Number.parseInt(key.slice(-25, -9), 16)}`);
        }
      }
    }
    this.#answers.push({ startedMs, endedMs: this.#simulation.now(), spans });
  }

  #isShown(path: string, hour: string, { to, closing }: CompactedHours, startedMs: number): boolean {
    if (closing === undefined || this.#flaws.ignoresClosing) return true;
    const isClosing = hour >= to && hour < closing.before && startedMs < closing.untilMs;
    const digits = /traces_(\d{8})T(\d{9})Z/.exec(path) ?? [];
    const atDigits = new Date(closing.atMs).toISOString().replaceAll(/\D/g, '');
    return !(isClosing && `${digits[1]}${digits[2]}` >= atDigits);
  }

  async #spansOfPart(path: string): Promise<string[]> {
    const bytes = this.#overwritten.get(path) ?? (await this.#objects.get(path)) ?? new Uint8Array();
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const rows = await parquetReadObjects({ file, compressors, columns: ['name'] });
    return rows.map(({ name }) => String(name));
  }

  #upTo(ms: number): number {
    return Math.floor(this.#random() * ms);
  }
}

function time(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}
