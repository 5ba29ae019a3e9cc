import type { TenantScope } from '../archive/layout.ts';
import { ArchiveHours, type ArchiveHoursLimits, DEFAULT_LIMITS } from './archive-hours.ts';
import type { Field } from './condition.ts';
import { dependencies } from './counts/dependencies.ts';
import { policies } from './counts/policies.ts';
import { red } from './counts/red.ts';
import { operations, services, tags } from './counts/services.ts';
import { tagValues } from './counts/tag-values.ts';
import { findTraces } from './find-traces.ts';
import { type GetTraceDeps, getTrace, readFound, type TraceLookup } from './get-trace.ts';
import { LineReader } from './line-reader.ts';
import { ObjectTexts } from './object-texts.ts';
import { PartLines } from './parts/part-lines.ts';
import { PartReader } from './parts/part-reader.ts';
import type { ReadPorts } from './ports.ts';
import { DEFAULT_DEADLINE_MS, type Deadline, deadlineIn } from './ports.ts';
import type { ReadTrace } from './read-trace.ts';
import type { FoundTrace, FoundTraces, ReadWindow, RedQuery, TraceQuery } from './results.ts';

export interface TraceReaderLimits extends ArchiveHoursLimits {
  /** After this long a call reads no further, and answers with what it has. */
  readonly deadlineMs: number;
}

/**
 * Reads the kept traces of one tenant, or of an archive without tenants. It remembers what it has read: make one for each tenant,
 * and keep it.
 *
 * Every call may throw an `InvalidQueryError`, and an `UnavailableError` of its ports.
 */
export class TraceReader {
  readonly #ports: ReadPorts;
  readonly #scope: TenantScope;
  readonly #deadlineMs: number;
  readonly #hours: ArchiveHours;
  readonly #texts: ObjectTexts;
  readonly #lines: LineReader;

  constructor(ports: ReadPorts, scope: TenantScope = {}, limits: Partial<TraceReaderLimits> = {}) {
    this.#ports = ports;
    this.#scope = scope;
    this.#deadlineMs = limits.deadlineMs ?? DEFAULT_DEADLINE_MS;
    this.#texts = new ObjectTexts(ports);
    const parts = new PartReader(ports);
    this.#lines = new LineReader(this.#texts, new PartLines(parts));
    this.#hours = new ArchiveHours({ ...ports, ...scope, texts: this.#texts, parts }, { ...DEFAULT_LIMITS, ...limits });
  }

  /** @see {@link findTraces} */
  find(query: TraceQuery): Promise<FoundTraces> {
    return findTraces(query, { hours: this.#hours, lines: this.#lines }, this.#deadline());
  }

  /**
   * @see {@link getTrace}
   * @param traceId 32 lower-case hex digits
   * @param window where to look for it when no record says where it is
   */
  get(traceId: string, window?: ReadWindow): Promise<TraceLookup> {
    return getTrace(traceId, window, this.#getDeps(), this.#deadline());
  }

  /** @see {@link readFound} */
  readFound(found: Pick<FoundTrace, 'traceId' | 'hour'>): Promise<ReadTrace | undefined> {
    return readFound(found, this.#getDeps(), this.#deadline());
  }

  /** @see {@link services} */
  services(window: ReadWindow) {
    return services(window, this.#hours, this.#deadline());
  }

  /** @see {@link operations} */
  operations(service: string | undefined, window: ReadWindow) {
    return operations(service, window, this.#hours, this.#deadline());
  }

  /** @see {@link tags} */
  tags(window: ReadWindow) {
    return tags(window, this.#hours, this.#deadline());
  }

  /** @see {@link tagValues} */
  tagValues(field: Field, window: ReadWindow) {
    return tagValues(field, window, { hours: this.#hours, lines: this.#lines }, this.#deadline());
  }

  /** @see {@link dependencies} */
  dependencies(window: ReadWindow) {
    return dependencies(window, this.#hours, this.#deadline());
  }

  /** @see {@link red} */
  red(query: RedQuery) {
    return red(query, this.#hours, this.#deadline(), this.#ports.clock.now());
  }

  /** @see {@link policies} */
  policies(window: ReadWindow) {
    return policies(window, this.#hours, this.#deadline());
  }

  /** What its memory of the archive takes, in bytes, about. */
  get bytes(): number {
    return this.#hours.bytes;
  }

  #getDeps(): GetTraceDeps {
    const { records } = this.#ports;
    return { ...this.#scope, hours: this.#hours, lines: this.#lines, texts: this.#texts, records };
  }

  #deadline(): Deadline {
    return deadlineIn(this.#deadlineMs, this.#ports.clock);
  }
}
