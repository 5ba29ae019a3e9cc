import type { TraceIndex } from './index-fragments.ts';
import { IntTable } from './index-fragments.ts';

/**
 * Returns the index without some of its spans, and without `ScopeSpans` and `ResourceSpans` that are then empty.
 * @param removed not 0 at the number of each span to leave out
 */
export function withoutSpans(index: TraceIndex, removed: Uint8Array): TraceIndex {
  const { fragments, resourceSpans, scopeSpans, spans } = index;
  const kept: TraceIndex = {
    fragments,
    resourceSpans: new IntTable(resourceSpans.width),
    scopeSpans: new IntTable(scopeSpans.width),
    spans: new IntTable(spans.width),
  };
  for (let row = 0; row < resourceSpans.length; row++) {
    const [fragment = 0, start = 0, end = 0, firstScope = 0, endScope = 0] = resourceSpans.row(row);
    const keptScope = kept.scopeSpans.length;
    const keptSpan = kept.spans.length;
    for (let scope = firstScope; scope < endScope; scope++) keepScope(index, kept, scope, removed);
    if (kept.spans.length > keptSpan) {
      kept.resourceSpans.cells.push(
        fragment,
        start,
        end,
        keptScope,
        kept.scopeSpans.length,
        keptSpan,
        kept.spans.length,
      );
    }
  }
  return kept;
}

/** Adds a `ScopeSpans` and its spans to `kept`, unless none of them remain. */
function keepScope(index: TraceIndex, kept: TraceIndex, scope: number, removed: Uint8Array): void {
  const [start = 0, end = 0, firstSpan = 0, endSpan = 0] = index.scopeSpans.row(scope);
  const keptSpan = kept.spans.length;
  for (let span = firstSpan; span < endSpan; span++) {
    if (removed[span] !== 0) continue;
    const [, , ...places] = index.spans.row(span);
    kept.spans.cells.push(kept.resourceSpans.length, kept.scopeSpans.length, ...places);
  }
  if (kept.spans.length > keptSpan) kept.scopeSpans.cells.push(start, end, keptSpan, kept.spans.length);
}
