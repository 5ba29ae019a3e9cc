import { type Fault, MalformedOtlpError } from './errors.ts';

/** Why a span is rejected. A span that has several problems counts for the first of them in this order. */
export type SpanProblem = 'resource' | 'scope' | 'span' | 'trace_id' | 'span_id' | 'parent_span_id' | 'link';

const PROBLEMS: Readonly<Record<SpanProblem, string>> = {
  resource: 'under a resource that cannot be read',
  scope: 'under a scope that cannot be read',
  span: 'that cannot be read',
  trace_id: 'with an invalid trace_id (allowed: 16 bytes, not all zero; in JSON 32 hex digits)',
  span_id: 'with an invalid span_id (allowed: 8 bytes, not all zero; in JSON 16 hex digits)',
  parent_span_id: 'with an invalid parent_span_id (allowed: 8 bytes, in JSON 16 hex digits, or none for a root span)',
  link: 'with an invalid ID in a link (allowed: 16 bytes for trace_id, 8 bytes for span_id, or none)',
};

/**
 * Advice for requests without spans, by a part of an unknown name: fields of other signals and of older versions of
 * OTLP, in either spelling.
 */
const HINTS: Readonly<Record<string, string>> = {
  logs: 'Tailgate does not accept logs: send only traces',
  metrics: 'Tailgate does not accept metrics: send only traces',
  profiles: 'Tailgate does not accept profiles: send only traces',
  instrumentationlibraryspans: 'scopeSpans replaced instrumentationLibrarySpans in OTLP 0.15: update the sender',
};

/** How many unknown names the message repeats. */
const MAX_NAMES = 5;

/** How many unknown members are looked at for their names. */
const MAX_UNKNOWN_MEMBERS = 100;

/**
 * Counts the rejected spans of one request and keeps what their sender should know, for the `partial_success` of OTLP
 * (https://opentelemetry.io/docs/specs/otlp/#partial-success). Its size is bounded, however long the request is.
 */
export class RejectedSpans {
  /** The number of rejected spans. */
  count = 0;
  readonly #counts = new Map<SpanProblem, number>();
  /** The first fault of each kind. */
  readonly #faults = new Map<SpanProblem, Fault>();
  /** The first fault in a part of the request that may have had spans, though none could be counted. */
  #unread: Fault | undefined;
  readonly #unknownNames = new Set<string>();
  #unknownMembers = 0;

  add(problem: SpanProblem): void {
    this.count++;
    this.#counts.set(problem, (this.#counts.get(problem) ?? 0) + 1);
  }

  /** Rejects `count` spans for the fault of one message; with 0, notes that a part of the request could not be read. */
  addFault(problem: SpanProblem, count: number, fault: Fault): void {
    if (count === 0) {
      this.#unread ??= fault;
      return;
    }
    this.count += count;
    const before = this.#counts.get(problem) ?? 0;
    this.#counts.set(problem, before + count);
    if (before === 0) this.#faults.set(problem, fault);
  }

  /** Adds what another reader of the same request rejected. */
  addAll(other: RejectedSpans): void {
    this.count += other.count;
    for (const [problem, count] of other.#counts) {
      this.#counts.set(problem, (this.#counts.get(problem) ?? 0) + count);
      const fault = this.#faults.get(problem) ?? other.#faults.get(problem);
      if (fault !== undefined) this.#faults.set(problem, fault);
    }
    this.#unread ??= other.#unread;
    for (const name of other.#unknownNames) this.addUnknownName(name);
  }

  /** Whether the names of further unknown members are still of interest. */
  get wantsUnknownNames(): boolean {
    return this.#unknownMembers < MAX_UNKNOWN_MEMBERS;
  }

  /**
   * Notes an unknown member that was ignored, as OTLP asks. The message names it only when there are no spans at all.
   */
  addUnknownName(name: string): void {
    this.#unknownMembers++;
    if (this.#unknownNames.size < MAX_NAMES) this.#unknownNames.add(name);
  }

  /**
   * To be called after the whole request has been read.
   * @throws {MalformedOtlpError} when a part could not be read and no span was found in the rest
   */
  expectSpans(acceptedSpanCount: number): void {
    if (this.#unread === undefined || acceptedSpanCount + this.count > 0) return;
    throw new MalformedOtlpError(this.#unread.problem, this.#unread.offset);
  }

  /** What is wrong with how many spans, and what is allowed; undefined when there is nothing to tell the sender. */
  message(acceptedSpanCount: number, isEmptyRequest: boolean): string | undefined {
    if (this.count === 0 && acceptedSpanCount === 0) return this.#noSpans(isEmptyRequest);
    const parts: string[] = [];
    if (this.count > 0) parts.push(`${this.count} ${this.count === 1 ? 'span' : 'spans'} rejected: ${this.#reasons()}`);
    if (this.#unread !== undefined) parts.push(`ignored where spans should be: ${textOf(this.#unread)}`);
    return parts.length === 0 ? undefined : parts.join('; ');
  }

  #reasons(): string {
    const reasons = [...this.#counts].map(([problem, times]) => {
      const fault = this.#faults.get(problem);
      const example = fault === undefined ? '' : ` (${times === 1 ? '' : 'first: '}${textOf(fault)})`;
      return `${times} ${PROBLEMS[problem]}${example}`;
    });
    return reasons.join(', ');
  }

  #noSpans(isEmptyRequest: boolean): string | undefined {
    const names = [...this.#unknownNames];
    if (names.length === 0) return isEmptyRequest ? undefined : 'no spans found: the request has none';
    const plainNames = names.map((name) => name.toLowerCase().replaceAll('_', ''));
    const hints = Object.entries(HINTS).filter(([word]) => plainNames.some((name) => name.includes(word)));
    const text = [
      `no spans found: unknown ${names.join(', ')}`,
      'expected an ExportTraceServiceRequest with resourceSpans, scopeSpans and spans',
      ...hints.map(([, hint]) => hint),
    ];
    return text.join('; ');
  }
}

function textOf({ problem, offset }: Fault): string {
  return `${problem} at offset ${offset}`;
}
