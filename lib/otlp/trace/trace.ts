import { readUtf8, toHex } from '../bytes-to-text.ts';
import type { AttributeTest } from '../protobuf/attribute-test.ts';
import type { AttributeValue } from '../protobuf/attributes.ts';
import { findAttribute } from '../protobuf/find-attribute.ts';
import { MessageView } from '../protobuf/message-view.ts';
import { isZeroAt, viewOf } from '../protobuf/wire-values.ts';
import { removeEqualSpans } from './duplicates.ts';
import { IN_PARTS, indexFragments, RESOURCE_SPANS, SCOPE_SPANS, type TraceIndex } from './index-fragments.ts';
import { SPAN, SPAN_WIDTH } from './index-span.ts';
import { approximateDuration, type OutermostSpans, outermostSpans } from './times.ts';
import { removeUnfinishedCopies } from './unfinished.ts';
import { type ResourceSpansView, resourceSpansViews, ScopeView } from './views.ts';

const ATTRIBUTES_FIELD = 9;

/**
 * One whole trace, as a view of its fragments: a field is decoded when it is read, and a span costs no object.
 *
 * Spans are numbered from 0 to `spanCount - 1`: by `ResourceSpans` in the order of arrival, inside them by scope,
 * inside them by span. A field that a span does not have reads as 0 or '', as in protobuf.
 *
 * @example
 * ```ts
 * const trace = Trace.fromFragments(traceId, payloads);
 * for (let span = 0; span < trace.spanCount; span++) console.log(trace.name(span), trace.attribute(span, 'http.route'));
 * ```
 */
export class Trace {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** The number of spans. Copies of a span that differ count each; spans that were sent again do not. */
  readonly spanCount: number;
  /** The places of everything in the fragments, for the writers of lib/otlp. */
  readonly index: TraceIndex;
  /** Those of the spans: the row of the first one starts at `#firstCell`. */
  readonly #cells: Int32Array;
  readonly #firstCell: number;
  /** A view of each fragment. */
  readonly #views: readonly DataView[];
  #resourceSpans: readonly ResourceSpansView[] | undefined;

  private constructor(traceId: string, index: TraceIndex) {
    this.traceId = traceId;
    this.index = index;
    this.spanCount = index.spans.length;
    this.#cells = index.spans.cells;
    this.#firstCell = index.spans.start;
    this.#views = index.fragments.map(viewOf);
  }

  /**
   * The trace that `TracesData` messages, in order of arrival, hold together. Of spans that are equal byte for byte,
   * under equal resources and scopes, only the first stays; all copies of a span that differ stay.
   * @throws {MalformedOtlpError} when a fragment is damaged
   */
  static fromFragments(traceId: string, fragments: readonly Uint8Array[]): Trace {
    return new Trace(traceId, removeEqualSpans(indexFragments(fragments)));
  }

  /** In order of arrival; messages of different fragments are never merged. */
  get resourceSpans(): readonly ResourceSpansView[] {
    this.#resourceSpans ??= resourceSpansViews(this.index, this.#views);
    return this.#resourceSpans;
  }

  /**
   * The trace as it is archived: without the unfinished copies of finished spans. An unfinished span has no end time.
   * Copies of a span have the same span ID, kind, start time and name.
   */
  withoutUnfinishedCopies(): Trace {
    const index = removeUnfinishedCopies(this.index);
    return index === this.index ? this : new Trace(this.traceId, index);
  }

  /** Whether the span has an end time. */
  isFinished(span: number): boolean {
    return this.endTimeUnixNano(span) !== 0n;
  }

  startTimeUnixNano(span: number): bigint {
    return this.#fixed64(span, SPAN.startTime);
  }

  endTimeUnixNano(span: number): bigint {
    return this.#fixed64(span, SPAN.endTime);
  }

  /** 0 unset, 1 ok, 2 error. */
  statusCode(span: number): number {
    return this.#cell(span, SPAN.statusCode);
  }

  /** 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind(span: number): number {
    return this.#cell(span, SPAN.kind);
  }

  /** The W3C trace flags are the low 8 bits. */
  flags(span: number): number {
    return this.#cell(span, SPAN.flags) >>> 0;
  }

  name(span: number): string {
    return this.#text(span, SPAN.name, SPAN.nameEnd);
  }

  /** The W3C `tracestate`. */
  traceState(span: number): string {
    // Most spans have none.
    if (this.#cell(span, SPAN.traceState) === this.#cell(span, SPAN.traceStateEnd)) return '';
    return this.#text(span, SPAN.traceState, SPAN.traceStateEnd);
  }

  /** In lower-case hex. */
  spanId(span: number): string {
    return toHex(this.#bytes(span), this.#cell(span, SPAN.spanId), this.#cell(span, SPAN.spanIdEnd));
  }

  /** In lower-case hex; '' for a root span. */
  parentSpanId(span: number): string {
    if (this.isRoot(span)) return '';
    return toHex(this.#bytes(span), this.#cell(span, SPAN.parentSpanId), this.#cell(span, SPAN.parentSpanIdEnd));
  }

  /**
   * Whether the span has no parent. A parent ID of zeros counts as none, as in the Collector
   * (`pcommon.SpanID.IsEmpty`).
   */
  isRoot(span: number): boolean {
    const start = this.#cell(span, SPAN.parentSpanId);
    return isZeroAt(this.#bytes(span), start, this.#cell(span, SPAN.parentSpanIdEnd) - start);
  }

  /** Whether any span is a root. */
  hasRoot(): boolean {
    for (let span = 0; span < this.spanCount; span++) if (this.isRoot(span)) return true;
    return false;
  }

  /** The first attribute of the span with this key; undefined if there is none. */
  attribute(span: number, key: string): AttributeValue | undefined {
    const start = this.#cell(span, SPAN.attributes);
    if (start === 0) return undefined;
    const view = this.#views[this.#fragment(span)] as DataView;
    return findAttribute(this.#bytes(span), view, start, this.#cell(span, SPAN.attributesEnd), ATTRIBUTES_FIELD, key);
  }

  /** The first span that is in the fragment with this number, or in one after it; {@link spanCount} if there is none. */
  firstSpanOf(fragment: number): number {
    const { resourceSpans } = this.index;
    let row = 0;
    while (row < resourceSpans.length && resourceSpans.get(row, RESOURCE_SPANS.fragment) < fragment) row++;
    return row < resourceSpans.length ? resourceSpans.get(row, RESOURCE_SPANS.firstSpan) : this.spanCount;
  }

  /** The first attribute with this key of the resource of a `ResourceSpans`; undefined if there is none. */
  resourceAttribute(number: number, key: string): AttributeValue | undefined {
    const { fragments, resourceSpans } = this.index;
    const end = resourceSpans.get(number, RESOURCE_SPANS.resourceEnd);
    if (end === IN_PARTS) return this.resourceSpans[number]?.attribute(key);
    const fragment = resourceSpans.get(number, RESOURCE_SPANS.fragment);
    const view = this.#views[fragment] as DataView;
    const start = resourceSpans.get(number, RESOURCE_SPANS.resource);
    return findAttribute(fragments[fragment] as Uint8Array, view, start, end, 1, key);
  }

  /** Whether the first attribute with the key of the test passes it, in any resource. */
  someResourceAttribute(test: AttributeTest): boolean {
    const { fragments, resourceSpans } = this.index;
    for (let row = 0; row < resourceSpans.length; row++) {
      const start = resourceSpans.get(row, RESOURCE_SPANS.resource);
      const end = resourceSpans.get(row, RESOURCE_SPANS.resourceEnd);
      const fragment = resourceSpans.get(row, RESOURCE_SPANS.fragment);
      const answer =
        end === IN_PARTS
          ? this.resourceSpans[row]?.testAttribute(test)
          : test.answer(fragments[fragment] as Uint8Array, this.#views[fragment] as DataView, start, end, 1);
      if (answer === true) return true;
    }
    return false;
  }

  /** Whether the first attribute with the key of the test passes it, in any span. */
  someAttribute(test: AttributeTest): boolean {
    const { fragments, resourceSpans } = this.index;
    const cells = this.#cells;
    for (let number = 0, row = this.#firstCell; number < resourceSpans.length; number++) {
      const fragment = resourceSpans.get(number, RESOURCE_SPANS.fragment);
      const bytes = fragments[fragment] as Uint8Array;
      const view = this.#views[fragment] as DataView;
      const endRow = this.#firstCell + resourceSpans.get(number, RESOURCE_SPANS.endSpan) * SPAN_WIDTH;
      for (; row < endRow; row += SPAN_WIDTH) {
        const start = cells[row + SPAN.attributes] as number;
        if (start === 0) continue;
        const end = cells[row + SPAN.attributesEnd] as number;
        if (test.answer(bytes, view, start, end, ATTRIBUTES_FIELD) === true) return true;
      }
    }
    return false;
  }

  /**
   * The latest end minus the earliest start, in nanoseconds, as a double: a `bigint` for each time is far more
   * expensive. A time that a span does not have counts as 0. It is wrong by up to 4 µs, and NaN if a time is beyond
   * 2^62, which is in the year 2116.
   */
  approximateDuration(): number {
    return approximateDuration(this.index, this.#views);
  }

  /** The spans with the earliest start and with the latest end. */
  outermostSpans(): OutermostSpans {
    return outermostSpans(this.index, this.#views);
  }

  /** The whole `Span` message, for fields without an accessor here. */
  spanMessage(span: number): MessageView {
    return new MessageView(this.#bytes(span), this.#cell(span, SPAN.start), this.#cell(span, SPAN.end));
  }

  /** The number of the {@link resourceSpans} that contains a span. */
  resourceNumberOf(span: number): number {
    return this.#cell(span, SPAN.resourceSpans);
  }

  /** The number of the `ScopeSpans` message that contains a span: spans with the same number have the same scope. */
  scopeNumberOf(span: number): number {
    return this.#cell(span, SPAN.scopeSpans);
  }

  /** The instrumentation scope of a span. */
  scopeOf(span: number): ScopeView {
    const scope = this.#cell(span, SPAN.scopeSpans);
    const { scopeSpans } = this.index;
    return new ScopeView(
      this.#bytes(span),
      scopeSpans.get(scope, SCOPE_SPANS.start),
      scopeSpans.get(scope, SCOPE_SPANS.end),
    );
  }

  #cell(span: number, column: number): number {
    return this.#cells[this.#firstCell + span * SPAN_WIDTH + column] as number;
  }

  #fragment(span: number): number {
    return this.index.resourceSpans.get(this.#cell(span, SPAN.resourceSpans), RESOURCE_SPANS.fragment);
  }

  #bytes(span: number): Uint8Array {
    return this.index.fragments[this.#fragment(span)] as Uint8Array;
  }

  #text(span: number, start: number, end: number): string {
    return readUtf8(this.#bytes(span), this.#cell(span, start), this.#cell(span, end));
  }

  #fixed64(span: number, column: number): bigint {
    const at = this.#cell(span, column);
    if (at === 0) return 0n;
    return (this.#views[this.#fragment(span)] as DataView).getBigUint64(at, true);
  }
}
