import { createHash } from 'node:crypto';
import { filedHour, partitionOfHour } from '../../archive/layout.ts';
import type { StoredObject } from '../../archive/ports.ts';
import {
  type LineJson,
  parseLine,
  type ResourceSpansJson,
  type SpanJson,
  type TraceLine,
  UnreadableError,
} from '../../archive/read-line.ts';
import { identityOf, isFinished } from '../../archive/unfinished.ts';

export interface UnfinishedSpansDeps {
  /** The objects of an hour, `dt=YYYY-MM-DD/hour=HH`, that belong to the replay. */
  readonly objectsOf: (partition: string) => AsyncIterable<StoredObject>;
  /** The lines of an object. @throws {UnreadableError} */
  readonly linesOf: (key: string) => AsyncIterable<Uint8Array>;
}

/**
 * Leaves unfinished spans out of a replay where a finished copy of the same span stands on a later line. A line has none
 * that the same or an earlier line has the finished copy of: the archive's writer sees to that.
 *
 * All lines of a trace are in one hour. Only where one has unfinished spans, the late lines of its hour are read ahead; most
 * hours are read once.
 */
export class UnfinishedSpans {
  readonly #deps: UnfinishedSpansDeps;
  #partition = '';
  /** Spans that are finished on late lines of the hour. */
  #finished: ReadonlySet<string> = new Set();

  constructor(deps: UnfinishedSpansDeps) {
    this.#deps = deps;
  }

  /** The line as it is to be sent; undefined when nothing of it is left. @param key of the object that it stands in */
  async leaveOut(line: TraceLine, key: string): Promise<TraceLine | undefined> {
    if (!line.hasUnfinished) return line;
    const finished = await this.#finishedIn(partitionOfHour(filedHour(key)));
    const resourceSpans = parseExactly(
      `[${Buffer.from(line.resourceSpans).toString()}]`,
    ) as readonly ResourceSpansJson[];
    let spanCount = 0;
    const isLeft = (span: SpanJson) => isFinished(span.endTimeUnixNano) || !finished.has(identify(line.traceId, span));
    const left = resourceSpans.flatMap((ofResource) => {
      const scopeSpans = (ofResource.scopeSpans ?? []).flatMap((ofScope) => {
        const spans = (ofScope.spans ?? []).filter(isLeft);
        spanCount += spans.length;
        return spans.length === 0 ? [] : [{ ...ofScope, spans }];
      });
      return scopeSpans.length === 0 ? [] : [{ ...ofResource, scopeSpans }];
    });
    if (spanCount === line.spanCount) return line;
    if (spanCount === 0) return undefined;
    return { ...line, spanCount, resourceSpans: Buffer.from(JSON.stringify(left).slice(1, -1)) };
  }

  async #finishedIn(partition: string): Promise<ReadonlySet<string>> {
    if (this.#partition === partition) return this.#finished;
    const finished = new Set<string>();
    for await (const { key } of this.#deps.objectsOf(partition)) {
      try {
        for await (const line of this.#deps.linesOf(key)) addFinished(line, finished);
      } catch (error) {
        // It is reported when its turn comes.
        if (!(error instanceof UnreadableError)) throw error;
      }
    }
    this.#finished = finished;
    this.#partition = partition;
    return finished;
  }
}

/** The last of the columns. 0 is that of a first line. */
const LATE = /,"seq":[1-9]\d*\}$/;
/** Enough for it. */
const LATE_LENGTH = 30;

function addFinished(line: Uint8Array, finished: Set<string>): void {
  if (!LATE.test(Buffer.from(line.subarray(-LATE_LENGTH)).toString('latin1'))) return;
  try {
    const { trace_id, resourceSpans } = parseLine(line).json as LineJson;
    for (const { scopeSpans = [] } of resourceSpans) {
      for (const { spans = [] } of scopeSpans) {
        for (const span of spans) if (isFinished(span.endTimeUnixNano)) finished.add(identify(trace_id, span));
      }
    }
  } catch {
    // No line of the archive: it is reported when its turn comes.
  }
}

/** A digest, because names may be long. */
function identify(traceId: string, { spanId, kind = 0, name = '', startTimeUnixNano = '0' }: SpanJson): string {
  const identity = identityOf({ traceId, spanId, kind, name, startNanos: startTimeUnixNano });
  return createHash('sha256').update(identity).digest('base64');
}

/** Not in the library of TypeScript yet: ECMAScript proposal "JSON.parse source text access", in Node.js since 22. */
interface JsonWithSource {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
}

/** Parsed JSON in which numbers keep their digits: no number passes through a double on its way to the receiver. */
function parseExactly(text: string): unknown {
  const { parse: parseWithSource, rawJSON }: JsonWithSource = JSON as unknown as JsonWithSource;
  return parseWithSource(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined ? rawJSON(source) : value,
  );
}
