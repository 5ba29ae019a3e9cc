import { readUtf8 } from '../bytes-to-text.ts';
import type { AttributeTest } from '../protobuf/attribute-test.ts';
import type { AttributeValue } from '../protobuf/attributes.ts';
import { EMPTY_MESSAGE, FieldCursor, joinFields, type MessageRange } from '../protobuf/field-cursor.ts';
import { findAttribute } from '../protobuf/find-attribute.ts';
import { MessageView } from '../protobuf/message-view.ts';
import { viewOf } from '../protobuf/wire-values.ts';
import { RESOURCE_SPANS, type TraceIndex } from './index-fragments.ts';

/** A `ResourceSpans` message: spans of one trace from one fragment, and the resource that emitted them. */
export class ResourceSpansView {
  /** The number of its fragment. */
  readonly fragment: number;
  /** Its spans have the numbers from `firstSpan` to `endSpan - 1`. */
  readonly firstSpan: number;
  readonly endSpan: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #start: number;
  readonly #end: number;

  /**
   * @param views of the fragments
   * @param row the number of the `ResourceSpans`
   */
  constructor({ fragments, resourceSpans }: TraceIndex, views: readonly DataView[], row: number) {
    this.fragment = resourceSpans.get(row, RESOURCE_SPANS.fragment);
    this.firstSpan = resourceSpans.get(row, RESOURCE_SPANS.firstSpan);
    this.endSpan = resourceSpans.get(row, RESOURCE_SPANS.endSpan);
    this.#bytes = fragments[this.fragment] as Uint8Array;
    this.#view = views[this.fragment] as DataView;
    this.#start = resourceSpans.get(row, RESOURCE_SPANS.start);
    this.#end = resourceSpans.get(row, RESOURCE_SPANS.end);
  }

  /** The first attribute of the resource with this key; undefined if there is none. */
  attribute(key: string): AttributeValue | undefined {
    const cursor = new FieldCursor(this.#bytes, this.#start, this.#end);
    while (cursor.next()) {
      if (cursor.field !== 1) continue;
      const value = findAttribute(this.#bytes, this.#view, cursor.from, cursor.to, 1, key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** What the test says of the first attribute of the resource with its key; undefined if there is none. */
  testAttribute(test: AttributeTest): boolean | undefined {
    const cursor = new FieldCursor(this.#bytes, this.#start, this.#end);
    while (cursor.next()) {
      if (cursor.field !== 1) continue;
      const answer = test.answer(this.#bytes, this.#view, cursor.from, cursor.to, 1);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  /** The `Resource` message. */
  resourceMessage(): MessageView {
    return new MessageView(this.#bytes, this.#start, this.#end).message(1);
  }
}

/** The instrumentation scope of a `ScopeSpans` message. */
export class ScopeView {
  readonly name: string;
  readonly version: string;
  readonly #message: MessageRange;

  /** @param bytes the `ScopeSpans` message is in `bytes[start, end)` */
  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#message = joinFields(bytes, start, end, 1) ?? EMPTY_MESSAGE;
    this.name = this.#text(1);
    this.version = this.#text(2);
  }

  /** The first attribute of the scope with this key; undefined if there is none. */
  attribute(key: string): AttributeValue | undefined {
    const { bytes, from, to } = this.#message;
    return findAttribute(bytes, viewOf(bytes), from, to, 3, key);
  }

  /** The `InstrumentationScope` message. */
  message(): MessageView {
    const { bytes, from, to } = this.#message;
    return new MessageView(bytes, from, to);
  }

  #text(field: number): string {
    let text = '';
    const { bytes, from, to } = this.#message;
    const cursor = new FieldCursor(bytes, from, to);
    while (cursor.next()) {
      if (cursor.field === field) text = readUtf8(bytes, cursor.from, cursor.to);
    }
    return text;
  }
}

/** A view of each `ResourceSpans` of the index. @param views of the fragments */
export function resourceSpansViews(index: TraceIndex, views: readonly DataView[]): readonly ResourceSpansView[] {
  const all: ResourceSpansView[] = [];
  for (let row = 0; row < index.resourceSpans.length; row++) {
    all.push(new ResourceSpansView(index, views, row));
  }
  return all;
}
