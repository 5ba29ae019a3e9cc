import { identityOf, isFinished } from '../archive/unfinished.ts';
import { keptTrace, summaryOf } from './kept-trace.ts';
import {
  type LineJson,
  type ResourceJson,
  type ResourceSpansJson,
  type ScopeJson,
  type SpanJson,
  serviceOf,
} from './otlp-json.ts';
import type { TraceSummary } from './results.ts';
import { summarizeLineJson } from './summary/summarize-lines.ts';

/** A span with what is around it. */
export interface TraceSpan {
  readonly span: SpanJson;
  /** `service.name` of the resource; null when it is missing or empty. */
  readonly service: string | null;
  readonly resource: ResourceJson;
  readonly scope: ScopeJson;
  /** `seq` of its line: more than 0 on further lines of a large trace, and for late spans. */
  readonly seq: number;
}

/** A kept trace with everything that the archive has of it. */
export interface ReadTrace extends TraceSummary {
  /** By `seq`. */
  readonly lines: readonly TraceLineInfo[];
  /** OTLP JSON, as it was archived. */
  readonly resourceSpans: readonly ResourceSpansJson[];
  /** By start; those without one are last. */
  readonly spans: readonly TraceSpan[];
  /** Where it comes from. In `parts` attributes are texts, and those of scopes, links and events may be missing. */
  readonly source: 'lines' | 'parts';
}

export interface TraceLineInfo {
  readonly seq: number;
  readonly spanCount: number;
  /** When its spans were decided, UTC, as the archive spells it; null: unknown. */
  readonly decidedAt: string | null;
}

/**
 * Puts the lines of a trace together. Of copies that are equal byte for byte one counts, and unfinished copies give way to finished ones
 * (docs/adr/0006-copies-that-differ.md); other copies stay.
 * @param lines of one trace, at least one, in any order
 */
export function assembleLines(hour: string, lines: readonly LineJson[], source: ReadTrace['source']): ReadTrace {
  const sorted = lines.toSorted((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  const isLeft = copiesLeft(sorted);
  const spans: TraceSpan[] = [];
  const left = sorted.map((line) => {
    const resourceSpans = line.resourceSpans.flatMap((ofResource) => {
      const { resource = {}, scopeSpans = [] } = ofResource;
      const service = serviceOf(resource);
      const scopes = scopeSpans.flatMap((ofScope) => {
        const { scope = {} } = ofScope;
        const kept = (ofScope.spans ?? []).filter(isLeft);
        for (const span of kept) spans.push({ span, service, resource, scope, seq: line.seq ?? 0 });
        return kept.length === 0 ? [] : [{ ...ofScope, spans: kept }];
      });
      return scopes.length === 0 ? [] : [{ ...ofResource, scopeSpans: scopes }];
    });
    return { ...line, resourceSpans };
  });
  const summary = summarizeLineJson('', left);
  const rows = Array.from({ length: summary.lines.count }, (_, line) => ({ summary, line }));
  return {
    ...summaryOf(keptTrace(hour, rows)),
    lines: left.map(({ seq, decided_at: decidedAt, resourceSpans }) => ({
      seq: seq ?? 0,
      spanCount: countSpans(resourceSpans),
      decidedAt: decidedAt ?? null,
    })),
    resourceSpans: left.flatMap(({ resourceSpans }) => resourceSpans),
    spans: spans.sort(byStart),
    source,
  };
}

function countSpans(resourceSpans: readonly ResourceSpansJson[]): number {
  return resourceSpans
    .flatMap(({ scopeSpans = [] }) => scopeSpans)
    .reduce((sum, { spans = [] }) => sum + spans.length, 0);
}

interface Copy {
  readonly span: SpanJson;
  /** Everything that says what it is. */
  readonly content: () => string;
}

/** Which spans stay. */
function copiesLeft(lines: readonly LineJson[]): (span: SpanJson) => boolean {
  const byId = new Map<string, Copy[]>();
  /** Equal surroundings have one number, so that no copy holds a text of them. */
  const numbers = new Map<string, number>();
  const numberOf = (surroundings: unknown): number => {
    const text = JSON.stringify(surroundings);
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
  for (const { resourceSpans } of lines) {
    for (const { resource, scopeSpans = [], schemaUrl } of resourceSpans) {
      const ofResource = numberOf(['resource', resource, schemaUrl]);
      for (const { scope, spans = [], schemaUrl: schemaOfScope } of scopeSpans) {
        const ofScope = numberOf(['scope', scope, schemaOfScope]);
        for (const span of spans) {
          const copy = { span, content: () => JSON.stringify([ofResource, ofScope, span]) };
          const others = byId.get(span.spanId);
          if (others === undefined) byId.set(span.spanId, [copy]);
          else others.push(copy);
        }
      }
    }
  }
  const dropped = new Set<SpanJson>();
  for (const copies of byId.values()) if (copies.length > 1) dropCopies(copies, dropped);
  return (span) => !dropped.has(span);
}

/** @param copies of spans with one ID */
function dropCopies(copies: readonly Copy[], dropped: Set<SpanJson>): void {
  const contents = new Set<string>();
  const finished = new Set<string>();
  for (const { span, content } of copies) {
    const text = content();
    if (contents.has(text)) dropped.add(span);
    contents.add(text);
    if (isFinished(span.endTimeUnixNano)) finished.add(identify(span));
  }
  for (const { span } of copies) {
    if (!isFinished(span.endTimeUnixNano) && finished.has(identify(span))) dropped.add(span);
  }
}

function identify({ spanId, kind = 0, name = '', startTimeUnixNano = '0' }: SpanJson): string {
  return identityOf({ traceId: '', spanId, kind, name, startNanos: startTimeUnixNano });
}

/** Decimal digits without leading zeros: a longer one is later. */
function byStart({ span: a }: TraceSpan, { span: b }: TraceSpan): number {
  const [first, second] = [a.startTimeUnixNano ?? '', b.startTimeUnixNano ?? ''];
  if (first === second) return 0;
  if (first === '' || second === '') return first === '' ? 1 : -1;
  return first.length - second.length || (first < second ? -1 : 1);
}
