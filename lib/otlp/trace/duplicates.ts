import { ContentTable } from '../content-table.ts';
import { FieldCursor } from '../protobuf/field-cursor.ts';
import { fixed32At } from '../protobuf/wire-values.ts';
import { RESOURCE_SPANS, SCOPE_SPANS, type TraceIndex } from './index-fragments.ts';
import { SPAN, SPAN_WIDTH } from './index-span.ts';
import { withoutSpans } from './subset.ts';

/** Most spans to compare one with. Random IDs need two or three, and each comparison may read a whole span. */
const MAX_PROBES = 12;

/** For most traces: making a table costs more than filling it. */
const FEW_SLOTS = new Int32Array(256);

/**
 * Deduplication: the index without spans that were sent again. Of `Span` messages that are equal byte for byte, under
 * equal resources and scopes, the first stays. A copy that differs anywhere, even in fields unknown to OTLP, is new
 * information and stays, too.
 *
 * Takes linear time in the bytes of the fragments, whatever a sender puts into them: after a bounded number of
 * comparisons, spans with colliding hashes go into a {@link ContentTable}.
 */
export function removeEqualSpans(index: TraceIndex): TraceIndex {
  const removed = new EqualSpans(index).find();
  return removed === undefined ? index : withoutSpans(index, removed);
}

class EqualSpans {
  readonly #index: TraceIndex;
  #table: ContentTable | undefined;
  /** By number of the `ScopeSpans`: a number for all fields of it and its `ResourceSpans` except the spans. */
  #scopeContents: readonly number[] | undefined;

  constructor(index: TraceIndex) {
    this.#index = index;
  }

  /** Created on demand: in most traces no two spans have the same hash. */
  get #contents(): ContentTable {
    this.#table ??= new ContentTable();
    return this.#table;
  }

  /** Not 0 at the number of each span that equals an earlier one; undefined when there is none. */
  find(): Uint8Array | undefined {
    const index = this.#index;
    const count = index.spans.length;
    if (count < 2) return undefined;
    let removed: Uint8Array | undefined;
    // Open addressing: span number + 1, or 0 for a free slot. At most half of the slots are used.
    const mask = (1 << (33 - Math.clz32(count))) - 1;
    const slots = mask < FEW_SLOTS.length ? FEW_SLOTS.fill(0, 0, mask + 1) : new Int32Array(mask + 1);
    for (let span = 0; span < count; span++) {
      let slot = hashSpan(index, span) & mask;
      let probe = 0;
      let other = slots[slot] as number;
      while (other > 0 && probe < MAX_PROBES && !this.#isEqual(other - 1, span)) {
        probe++;
        slot = (slot + 1) & mask;
        other = slots[slot] as number;
      }
      const isCrowded = probe === MAX_PROBES;
      if (!isCrowded && other === 0) {
        slots[slot] = span + 1;
      } else if (!isCrowded || !this.#isNewContent(span)) {
        removed ??= new Uint8Array(count);
        removed[span] = 1;
      }
    }
    return removed;
  }

  #isEqual(a: number, b: number): boolean {
    const { spans } = this.#index;
    const startA = spans.get(a, SPAN.start);
    const startB = spans.get(b, SPAN.start);
    const length = spans.get(a, SPAN.end) - startA;
    if (length !== spans.get(b, SPAN.end) - startB) return false;
    const bytesA = fragmentOf(this.#index, a);
    const bytesB = fragmentOf(this.#index, b);
    for (let i = 0; i < length; i++) {
      if (bytesA[startA + i] !== bytesB[startB + i]) return false;
    }
    const scopeA = spans.get(a, SPAN.scopeSpans);
    const scopeB = spans.get(b, SPAN.scopeSpans);
    return scopeA === scopeB || this.#scopeContent(scopeA) === this.#scopeContent(scopeB);
  }

  #isNewContent(span: number): boolean {
    const { spans } = this.#index;
    const scope = this.#scopeContent(spans.get(span, SPAN.scopeSpans));
    const bytes = fragmentOf(this.#index, span);
    return this.#contents.add(scope, bytes, spans.get(span, SPAN.start), spans.get(span, SPAN.end));
  }

  #scopeContent(scope: number): number {
    this.#scopeContents ??= scopeContents(this.#index, this.#contents);
    return this.#scopeContents[scope] as number;
  }
}

/**
 * A hash of span ID, start time and size. The start time separates the spans of tracers that give all of their spans
 * one ID, the size copies of a span that differ.
 */
function hashSpan({ fragments, resourceSpans, spans }: TraceIndex, span: number): number {
  const { cells } = spans;
  const row = spans.start + span * SPAN_WIDTH;
  const fragment = resourceSpans.get(cells[row + SPAN.resourceSpans] as number, RESOURCE_SPANS.fragment);
  const bytes = fragments[fragment] as Uint8Array;
  let hash = (cells[row + SPAN.end] as number) - (cells[row + SPAN.start] as number);
  const id = cells[row + SPAN.spanId] as number;
  const startTime = cells[row + SPAN.startTime] as number;
  if ((cells[row + SPAN.spanIdEnd] as number) === id + 8) {
    hash ^= Math.imul(fixed32At(bytes, id), 0x9e3779b1) ^ Math.imul(fixed32At(bytes, id + 4), 0x85ebca77);
  }
  if (startTime > 0) {
    hash ^= Math.imul(fixed32At(bytes, startTime), 0xc2b2ae3d) ^ Math.imul(fixed32At(bytes, startTime + 4), 0x27d4eb2f);
  }
  return hash ^ (hash >>> 15);
}

const EMPTY = -1;

/** Field number of the scopes in a `ResourceSpans`, and of the spans in a `ScopeSpans`. */
const CHILDREN = 2;

/**
 * Numbers that are equal for `ScopeSpans` with equal fields under `ResourceSpans` with equal fields. The fields that
 * hold the scopes and spans are left out: the grouping of spans in their request does not matter.
 */
function scopeContents(index: TraceIndex, contents: ContentTable): readonly number[] {
  const { fragments, resourceSpans, scopeSpans } = index;
  const numbers: number[] = [];
  for (let row = 0; row < resourceSpans.length; row++) {
    const bytes = fragments[resourceSpans.get(row, RESOURCE_SPANS.fragment)] as Uint8Array;
    const start = resourceSpans.get(row, RESOURCE_SPANS.start);
    const resource = otherFields(contents, EMPTY, bytes, start, resourceSpans.get(row, RESOURCE_SPANS.end));
    const endScope = resourceSpans.get(row, RESOURCE_SPANS.endScope);
    for (let scope = resourceSpans.get(row, RESOURCE_SPANS.firstScope); scope < endScope; scope++) {
      const from = scopeSpans.get(scope, SCOPE_SPANS.start);
      const to = scopeSpans.get(scope, SCOPE_SPANS.end);
      // No field is empty, so an empty run marks the end of the fields of the resource, and of those of the scope. A
      // field of one cannot be mistaken for a field of the other.
      const scopeStart = contents.continued(resource, bytes, from, from);
      numbers[scope] = contents.continued(otherFields(contents, scopeStart, bytes, from, to), bytes, to, to);
    }
  }
  return numbers;
}

function otherFields(contents: ContentTable, before: number, bytes: Uint8Array, start: number, end: number): number {
  let content = before;
  const cursor = new FieldCursor(bytes, start, end);
  for (let tagAt = start; cursor.next(); tagAt = cursor.offset) {
    if (cursor.field !== CHILDREN) content = contents.continued(content, bytes, tagAt, cursor.to);
  }
  return content;
}

function fragmentOf(index: TraceIndex, span: number): Uint8Array {
  const fragment = index.resourceSpans.get(index.spans.get(span, SPAN.resourceSpans), RESOURCE_SPANS.fragment);
  return index.fragments[fragment] as Uint8Array;
}
