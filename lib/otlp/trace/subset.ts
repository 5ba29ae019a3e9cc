import { addResourceSpans, addScopeSpans, emptyIndex, type TraceIndex } from './index-fragments.ts';
import { SPAN, SPAN_WIDTH } from './index-span.ts';

/**
 * Returns the index without some of its spans, and without `ScopeSpans` and `ResourceSpans` that are then empty.
 * @param removed not 0 at the number of each span to leave out
 */
export function withoutSpans(index: TraceIndex, removed: Uint8Array): TraceIndex {
  const { resourceSpans } = index;
  const kept = emptyIndex(index.fragments);
  for (let row = 0; row < resourceSpans.length; row++) {
    const [fragment = 0, start = 0, end = 0, firstScope = 0, endScope = 0] = resourceSpans.row(row);
    const keptScope = kept.scopeSpans.length;
    const keptSpan = kept.spans.length;
    for (let scope = firstScope; scope < endScope; scope++) keepScope(index, kept, scope, removed);
    if (kept.spans.length > keptSpan) addResourceSpans(kept, fragment, start, end, keptScope, keptSpan);
  }
  return kept;
}

/** Adds a `ScopeSpans` and its spans to `kept`, unless none of them remain. */
function keepScope(index: TraceIndex, kept: TraceIndex, scope: number, removed: Uint8Array): void {
  const [start = 0, end = 0, firstSpan = 0, endSpan = 0] = index.scopeSpans.row(scope);
  const { spans } = kept;
  const keptSpan = spans.length;
  for (let span = firstSpan; span < endSpan; span++) {
    if (removed[span] !== 0) continue;
    const from = index.spans.start + span * SPAN_WIDTH;
    const row = spans.addRow();
    for (let column = 0; column < SPAN_WIDTH; column++) {
      spans.cells[row + column] = index.spans.cells[from + column] as number;
    }
    spans.cells[row + SPAN.resourceSpans] = kept.resourceSpans.length;
    spans.cells[row + SPAN.scopeSpans] = kept.scopeSpans.length;
  }
  if (spans.length > keptSpan) addScopeSpans(kept, start, end, keptSpan);
}
