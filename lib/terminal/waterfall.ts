import { counted } from '../text/messages.ts';
import { escapeForTerminal, formatDuration } from './show.ts';
import { displayWidth, fitToWidth } from './table.ts';
import type { Palette } from './terminal.ts';

/** A line of the drawing. */
export interface DrawnSpan {
  readonly service: string;
  readonly name: string;
  /** 0: it has no parent, or none that is there. */
  readonly depth: number;
  /** From the start of the trace, in milliseconds; null: the span has no start. */
  readonly offsetMs: number | null;
  /** In milliseconds; null: the span lacks one of its times. */
  readonly durationMs: number | null;
  readonly isError: boolean;
}

/** A trace to draw. */
export interface DrawnTrace {
  readonly traceId: string;
  /** What the trace is about. */
  readonly title: string;
  /** Why it is there: `kept by errors`. */
  readonly fate: string;
  /** Each below its parent. */
  readonly spans: readonly DrawnSpan[];
  /** Why it failed; undefined when nothing is known of that. */
  readonly cause: string | undefined;
}

const SERVICE_WIDTH = 17;
const DURATION_WIDTH = 11;
const GAP = ' ';

/** One trace on a time axis: a line for each span, children below their parent, errors marked. `width` columns wide. */
export function drawWaterfall(trace: DrawnTrace, width: number, palette: Palette): string {
  const { spans } = trace;
  const totalMs = spans.reduce((latest, span) => Math.max(latest, endOf(span)), 0);
  const maxNameWidth = Math.floor(width * 0.33);
  // The other half is for names: below that, depths look alike.
  const maxIndent = Math.floor(maxNameWidth / 2);
  const labels = spans.map(({ name, depth }) => ' '.repeat(Math.min(depth, maxIndent)) + escapeForTerminal(name));
  const widestName = labels.reduce((widest, label) => Math.max(widest, displayWidth(label)), 0);
  const nameWidth = Math.min(widestName, maxNameWidth);
  const barWidth = Math.max(10, width - SERVICE_WIDTH - nameWidth - DURATION_WIDTH - 3 * GAP.length);
  const lines = spans.map((span, i) => {
    const duration = span.durationMs === null ? '?' : formatDuration(span.durationMs);
    const cells = [
      fitToWidth(escapeForTerminal(span.service), SERVICE_WIDTH),
      fitToWidth(labels[i] ?? '', nameWidth),
      drawBar(span, totalMs, barWidth, palette),
      duration.padStart(DURATION_WIDTH - 2) + (span.isError ? palette.bad(' ✗') : ''),
    ];
    return cells.join(GAP).trimEnd();
  });
  const facts = `${formatDuration(totalMs)}, ${counted(spans.length, 'span')}, ${escapeForTerminal(trace.fate)}`;
  return [
    `${palette.bold(escapeForTerminal(trace.title))}  ${facts}`,
    palette.dim(`trace ${trace.traceId}`),
    ...lines,
    ...(trace.cause === undefined ? [] : [palette.bad(`✗ ${escapeForTerminal(trace.cause)}`)]),
    '',
  ].join('\n');
}

function endOf({ offsetMs, durationMs }: DrawnSpan): number {
  return offsetMs === null ? 0 : offsetMs + Math.max(0, durationMs ?? 0);
}

function drawBar(span: DrawnSpan, totalMs: number, width: number, palette: Palette): string {
  const dots = (count: number) => (count === 0 ? '' : palette.dim('·'.repeat(count)));
  if (span.offsetMs === null) return dots(width);
  const column = (ms: number) => (totalMs > 0 ? (ms / totalMs) * width : 0);
  const from = Math.min(width - 1, Math.floor(column(span.offsetMs)));
  const length = Math.max(1, Math.min(width - from, Math.round(column(endOf(span))) - from));
  const bar = '█'.repeat(length);
  return dots(from) + (span.isError ? palette.bad(bar) : palette.good(bar)) + dots(width - from - length);
}
