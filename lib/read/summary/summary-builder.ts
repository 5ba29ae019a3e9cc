import { mapFor } from '../../otlp/content-table.ts';
import { type AttributeScope, createAttributeFilter, hashOfKey, hashOfValue } from './attribute-filter.ts';
import {
  earlier,
  flagsOf,
  isRequest,
  kindOf,
  later,
  NO_TEXT,
  type ObjectSummary,
  ORPHAN,
  ROOT,
  STATUS_ERROR,
  wordOfHex,
} from './object-summary.ts';

export interface LineHead {
  readonly traceId: string;
  readonly seq: number;
  readonly begin: number;
  readonly end: number;
  readonly baseSeconds: number;
  readonly rootService: string | null;
  readonly rootName: string | null;
  readonly policy: string | null;
  readonly weight: number;
  readonly decidedAtMs: number;
}

/** What the columns take, and the objects that stand for a trace. */
const LINE_BYTES = 250;
const SPAN_BYTES = 49;

/** Makes the summary of one object: its lines in their order, each followed by its spans. */
export class SummaryBuilder {
  readonly #lines = {
    traceId: [] as number[],
    seq: [] as number[],
    begin: [] as number[],
    end: [] as number[],
    baseSeconds: [] as number[],
    rootService: [] as number[],
    rootName: [] as number[],
    policy: [] as number[],
    weight: [] as number[],
    decidedAtMs: [] as number[],
    firstRow: [] as number[],
    start: [] as number[],
    finish: [] as number[],
    errors: [] as number[],
  };
  readonly #spans = {
    spanId: [] as number[],
    parentId: [] as number[],
    parent: [] as number[],
    name: [] as number[],
    service: [] as number[],
    flags: [] as number[],
    start: [] as number[],
    end: [] as number[],
  };
  readonly #texts: string[] = [];
  #textNumbers = new Map<string, number>();
  readonly #keys: Readonly<Record<AttributeScope, Map<string, number>>> = { span: new Map(), resource: new Map() };
  readonly #hashes = new Set<number>();
  /** Of the line: the IDs of its spans and of their parents, by row. */
  #spanIds: string[] = [];
  #parentIds: string[] = [];

  startLine(head: LineHead): void {
    this.#endLine();
    const { traceId, rootService, rootName, policy } = head;
    const lines = this.#lines;
    for (let at = 0; at < 32; at += 8) lines.traceId.push(wordOfHex(traceId, at));
    for (const name of ['seq', 'begin', 'end', 'baseSeconds', 'weight', 'decidedAtMs'] as const) {
      lines[name].push(head[name]);
    }
    lines.rootService.push(this.#numberOf(rootService));
    lines.rootName.push(this.#numberOf(rootName));
    lines.policy.push(this.#numberOf(policy));
    lines.firstRow.push(this.#spans.name.length);
    lines.start.push(Number.NaN);
    lines.finish.push(Number.NaN);
    lines.errors.push(0);
  }

  /** The number of the service for {@link addSpan}. */
  service(name: string | null): number {
    return this.#numberOf(name);
  }

  /**
   * @param parentId empty: a root
   * @param start nanoseconds from the `baseSeconds` of the line; NaN: none
   */
  addSpan(
    spanId: string,
    parentId: string,
    name: string,
    service: number,
    kind: number,
    statusCode: number,
    start: number,
    end: number,
  ): void {
    const spans = this.#spans;
    const isRoot = parentId === '';
    spans.spanId.push(wordOfHex(spanId, 0), wordOfHex(spanId, 8));
    spans.parentId.push(isRoot ? 0 : wordOfHex(parentId, 0), isRoot ? 0 : wordOfHex(parentId, 8));
    spans.name.push(this.#numberOf(name));
    spans.service.push(service);
    spans.flags.push(flagsOf(kind, statusCode));
    spans.start.push(start);
    spans.end.push(end);
    this.#spanIds.push(spanId);
    this.#parentIds.push(parentId);
    const lines = this.#lines;
    const line = lines.seq.length - 1;
    lines.start[line] = earlier(lines.start[line] as number, start);
    lines.finish[line] = later(lines.finish[line] as number, end);
    if (statusCode === STATUS_ERROR) lines.errors[line] = (lines.errors[line] as number) + 1;
  }

  addAttribute(scope: AttributeScope, key: string, value: string | null): void {
    const keys = this.#keys[scope];
    let ofKey = keys.get(key);
    if (ofKey === undefined) {
      ofKey = hashOfKey(scope, key);
      keys.set(key, ofKey);
    }
    if (value !== null) this.#hashes.add(hashOfValue(ofKey, value));
  }

  /** @param hasAttributes whether all attributes were added */
  build(key: string, hasAttributes: boolean): ObjectSummary {
    this.#endLine();
    const [lines, spans] = [this.#lines, this.#spans];
    const filter = hasAttributes ? createAttributeFilter(this.#hashes) : undefined;
    const count = lines.seq.length;
    const rows = spans.name.length;
    const texts = this.#texts;
    return {
      key,
      byteLength:
        count * LINE_BYTES +
        rows * SPAN_BYTES +
        (filter?.byteLength ?? 0) +
        texts.reduce((sum, text) => sum + text.length + 40, 0),
      lines: {
        count,
        traceId: Uint32Array.from(lines.traceId),
        seq: Uint32Array.from(lines.seq),
        begin: Uint32Array.from(lines.begin),
        end: Uint32Array.from(lines.end),
        baseSeconds: Float64Array.from(lines.baseSeconds),
        rootService: Uint32Array.from(lines.rootService),
        rootName: Uint32Array.from(lines.rootName),
        policy: Uint32Array.from(lines.policy),
        weight: Float64Array.from(lines.weight),
        decidedAtMs: Float64Array.from(lines.decidedAtMs),
        firstRow: Uint32Array.from([...lines.firstRow, rows]),
        start: Float64Array.from(lines.start),
        finish: Float64Array.from(lines.finish),
        errors: Uint32Array.from(lines.errors),
      },
      spans: {
        spanId: Uint32Array.from(spans.spanId),
        parentId: Uint32Array.from(spans.parentId),
        parent: Int32Array.from(spans.parent),
        name: Uint32Array.from(spans.name),
        service: Uint32Array.from(spans.service),
        flags: Uint8Array.from(spans.flags),
        start: Float64Array.from(spans.start),
        end: Float64Array.from(spans.end),
      },
      texts,
      spanKeys: [...this.#keys.span.keys()],
      resourceKeys: [...this.#keys.resource.keys()],
      filter,
    };
  }

  #numberOf(text: string | null): number {
    if (text === null) return NO_TEXT;
    const known = this.#textNumbers.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.length;
    // A slice would keep the whole line in memory.
    this.#texts.push(text);
    this.#textNumbers = mapFor(this.#textNumbers, text);
    this.#textNumbers.set(text, number);
    return number;
  }

  /** Finds the parents on the line. */
  #endLine(): void {
    const ids = this.#spanIds;
    if (ids.length === 0) return;
    const spans = this.#spans;
    const first = spans.parent.length;
    const rowById = new Map<string, number>();
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as string;
      const other = rowById.get(id);
      if (other === undefined || this.#isBetterParent(first + i, other)) rowById.set(id, first + i);
    }
    const isShared = (id: string, i: number) => id === this.#parentIds[i];
    const clients = ids.some(isShared) ? this.#clientsById(first) : undefined;
    for (let i = 0; i < ids.length; i++) {
      const parentId = this.#parentIds[i] as string;
      const client = clients?.get(parentId) ?? first + i;
      if (parentId === '') spans.parent.push(ROOT);
      else if (parentId !== ids[i]) spans.parent.push(rowById.get(parentId) ?? ORPHAN);
      else spans.parent.push(client === first + i ? ROOT : client);
    }
    this.#spanIds = [];
    this.#parentIds = [];
  }

  /**
   * With some tracers the spans of a client and its server have one ID. What names it as its parent is below the server's; as in
   * the query `dependencies`.
   */
  #isBetterParent(row: number, other: number): boolean {
    const { flags, service } = this.#spans;
    const [isServer, isOtherServer] = [row, other].map(
      (one) => isRequest(kindOf(flags[one] as number)) && service[one] !== NO_TEXT,
    );
    if (isServer !== isOtherServer) return isServer === true;
    return this.#isGreater(service[row] as number, service[other] as number);
  }

  /** The client of each ID: the parent of spans that name their own ID as their parent. Of several, that of the greatest name. */
  #clientsById(first: number): ReadonlyMap<string, number> {
    const { flags, service } = this.#spans;
    const clients = new Map<string, number>();
    for (const [i, id] of this.#spanIds.entries()) {
      if (isRequest(kindOf(flags[first + i] as number))) continue;
      const other = clients.get(id) ?? first + i;
      if (other === first + i || this.#isGreater(service[first + i] as number, service[other] as number))
        clients.set(id, first + i);
    }
    return clients;
  }

  #isGreater(service: number, other: number): boolean {
    const [name, otherName] = [this.#texts[service] ?? '', this.#texts[other] ?? ''];
    return name > otherName;
  }
}
