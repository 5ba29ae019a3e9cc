import { emptyIndex, RESOURCE_SPANS, SCOPE_SPANS, type TraceIndex } from './index-fragments.ts';
import { SPAN } from './index-span.ts';

/**
 * Returns the index without some of its spans, and without `ScopeSpans` and `ResourceSpans` that are then empty.
 * @param removed not 0 at the number of each span to leave out
 */
export function withoutSpans(index: TraceIndex, removed: Uint8Array): TraceIndex {
  const kept = emptyIndex(index.fragments);
  const { resourceSpans, scopeSpans, spans } = kept;
  for (let row = 0; row < index.resourceSpans.length; row++) {
    const firstScope = scopeSpans.length;
    const firstSpan = spans.length;
    const endScope = index.resourceSpans.get(row, RESOURCE_SPANS.endScope);
    for (let scope = index.resourceSpans.get(row, RESOURCE_SPANS.firstScope); scope < endScope; scope++) {
      keepScope(index, kept, scope, removed);
    }
    if (spans.length === firstSpan) continue;
    const at = resourceSpans.addCopy(index.resourceSpans, row);
    resourceSpans.cells[at + RESOURCE_SPANS.firstScope] = firstScope;
    resourceSpans.cells[at + RESOURCE_SPANS.endScope] = scopeSpans.length;
    resourceSpans.cells[at + RESOURCE_SPANS.firstSpan] = firstSpan;
    resourceSpans.cells[at + RESOURCE_SPANS.endSpan] = spans.length;
  }
  return kept;
}

/** Adds a `ScopeSpans` and its spans to `kept`, unless none of them remain. */
function keepScope(index: TraceIndex, kept: TraceIndex, scope: number, removed: Uint8Array): void {
  const { resourceSpans, scopeSpans, spans } = kept;
  const firstSpan = spans.length;
  const endSpan = index.scopeSpans.get(scope, SCOPE_SPANS.endSpan);
  for (let span = index.scopeSpans.get(scope, SCOPE_SPANS.firstSpan); span < endSpan; span++) {
    if (removed[span] !== 0) continue;
    const at = spans.addCopy(index.spans, span);
    spans.cells[at + SPAN.resourceSpans] = resourceSpans.length;
    spans.cells[at + SPAN.scopeSpans] = scopeSpans.length;
  }
  if (spans.length === firstSpan) return;
  const at = scopeSpans.addCopy(index.scopeSpans, scope);
  scopeSpans.cells[at + SCOPE_SPANS.firstSpan] = firstSpan;
  scopeSpans.cells[at + SCOPE_SPANS.endSpan] = spans.length;
}
