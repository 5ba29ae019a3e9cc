import type { Palette } from '../../terminal/palette.ts';
import { type DrawnTrace, drawWaterfall } from '../../terminal/waterfall.ts';
import { causeOf } from './cause-of.ts';
import type { KeptSpan, KeptTrace } from './kept-traces.ts';

/** A kept trace as `npm run query -- waterfall` draws it. */
export function renderWaterfall(trace: KeptTrace, width: number, palette: Palette): string {
  return drawWaterfall(drawn(trace), width, palette);
}

function drawn(trace: KeptTrace): DrawnTrace {
  const startNs = trace.spans.reduce(
    (least, { startNs }) => (startNs < least ? startNs : least),
    trace.spans[0]?.startNs ?? 0n,
  );
  const cause = causeOf(trace);
  return {
    traceId: trace.traceId,
    title: `${trace.rootService} ${trace.rootName}`,
    policy: trace.policy,
    spans: inTreeOrder(trace.spans).map(({ span, depth }) => ({
      service: span.service,
      name: span.name,
      depth,
      offsetMs: Number(span.startNs - startNs) / 1e6,
      durationMs: Number(span.endNs - span.startNs) / 1e6,
      isError: span.isError,
    })),
    cause: cause === '' ? undefined : cause,
  };
}

interface Row {
  readonly span: KeptSpan;
  readonly depth: number;
}

/** Depth first, siblings in order of time. Spans whose parent is not there are roots. */
function inTreeOrder(spans: readonly KeptSpan[]): Row[] {
  const ids = new Set(spans.map((span) => span.spanId));
  const children = Map.groupBy(spans, ({ parentSpanId }) =>
    parentSpanId !== null && ids.has(parentSpanId) ? parentSpanId : '',
  );
  const rows: Row[] = [];
  const visit = (parent: string, depth: number) => {
    const found = children.get(parent) ?? [];
    // Each list is taken once, so that the walk ends and no span is shown twice.
    children.delete(parent);
    for (const span of found) {
      rows.push({ span, depth });
      visit(span.spanId, depth + 1);
    }
  };
  visit('', 0);
  // Only spans that are their own ancestors are left.
  for (const parent of [...children.keys()]) visit(parent, 0);
  return rows;
}
