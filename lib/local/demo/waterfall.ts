import { visible } from '../../cli/query/cell-text.ts';
import { displayWidth, fitToWidth } from '../../cli/query/display-width.ts';
import { causeOf } from './cause-of.ts';
import { formatDuration } from './format-duration.ts';
import type { KeptSpan, KeptTrace } from './kept-traces.ts';
import type { Palette } from './palette.ts';

interface Row {
  readonly span: KeptSpan;
  readonly depth: number;
}

const SERVICE_WIDTH = 17;
const DURATION_WIDTH = 11;
const GAP = ' ';

/** One trace on a time axis: a line for each span, children below their parent, errors marked. `width` columns wide. */
export function renderWaterfall(trace: KeptTrace, width: number, palette: Palette): string {
  const rows = inTreeOrder(trace.spans);
  const start = minimum(trace.spans.map((span) => span.startNs));
  const end = -minimum(trace.spans.map((span) => -span.endNs));
  const widestName = rows.reduce((widest, row) => Math.max(widest, displayWidth(label(row))), 0);
  const nameWidth = Math.min(widestName, Math.floor(width * 0.33));
  const barWidth = Math.max(10, width - SERVICE_WIDTH - nameWidth - DURATION_WIDTH - 3 * GAP.length);
  const lines = rows.map((row) => {
    const { span } = row;
    const cells = [
      fitToWidth(visible(span.service), SERVICE_WIDTH),
      fitToWidth(label(row), nameWidth),
      drawBar(span, start, end, barWidth, palette),
      formatDuration(span.endNs - span.startNs).padStart(DURATION_WIDTH - 2) + (span.isError ? palette.bad(' ✗') : ''),
    ];
    return cells.join(GAP).trimEnd();
  });
  const cause = causeOf(trace);
  const title = `${visible(trace.rootService)} ${visible(trace.rootName)}`;
  const facts = `${formatDuration(end - start)}, ${trace.spans.length} spans, kept by ${trace.policy}`;
  return [
    `${palette.bold(title)}  ${facts}`,
    palette.dim(`trace ${trace.traceId}`),
    ...lines,
    ...(cause === '' ? [] : [palette.bad(`✗ ${cause}`)]),
    '',
  ].join('\n');
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

function label({ span, depth }: Row): string {
  return ' '.repeat(depth) + visible(span.name);
}

function drawBar(span: KeptSpan, start: bigint, end: bigint, width: number, palette: Palette): string {
  const column = (time: bigint) => (end > start ? (Number(time - start) / Number(end - start)) * width : 0);
  const from = Math.min(width - 1, Math.floor(column(span.startNs)));
  const length = Math.max(1, Math.min(width - from, Math.round(column(span.endNs)) - from));
  const bar = '█'.repeat(length);
  const dots = (count: number) => (count === 0 ? '' : palette.dim('·'.repeat(count)));
  return dots(from) + (span.isError ? palette.bad(bar) : palette.good(bar)) + dots(width - from - length);
}

function minimum(values: readonly bigint[]): bigint {
  return values.reduce((least, value) => (value < least ? value : least), values[0] ?? 0n);
}
