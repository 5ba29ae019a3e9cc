/** What is wrong with a span that is rejected. The first that applies counts. */
export type SpanProblem = 'trace_id' | 'span_id' | 'parent_span_id' | 'link';

const PROBLEMS: Readonly<Record<SpanProblem, string>> = {
  trace_id: 'an invalid trace_id (allowed: 16 bytes, not all zero)',
  span_id: 'an invalid span_id (allowed: 8 bytes, not all zero)',
  parent_span_id: 'an invalid parent_span_id (allowed: 8 bytes, or none for a root span)',
  link: 'an invalid ID in a link (allowed: 16 bytes for trace_id, 8 bytes for span_id, or none)',
};

/** Counts the spans of a request that cannot be accepted, for OTLP's `partial_success`. */
export class RejectedSpans {
  readonly #counts = new Map<SpanProblem, number>();

  add(problem: SpanProblem): void {
    this.#counts.set(problem, (this.#counts.get(problem) ?? 0) + 1);
  }

  get count(): number {
    let count = 0;
    for (const each of this.#counts.values()) count += each;
    return count;
  }

  /** What was wrong, how often, and what is allowed; undefined when there are none. */
  get reason(): string | undefined {
    if (this.#counts.size === 0) return undefined;
    const { count } = this;
    const parts = [...this.#counts].map(([problem, times]) => `${times} with ${PROBLEMS[problem]}`);
    return `${count} ${count === 1 ? 'span' : 'spans'} rejected: ${parts.join(', ')}`;
  }
}
