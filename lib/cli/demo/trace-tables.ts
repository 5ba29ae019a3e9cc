import { escapeForTerminal } from '../../terminal/escape.ts';
import type { Palette } from '../../terminal/palette.ts';
import { renderTable } from '../../terminal/table.ts';
import { formatDuration } from '../../terminal/waterfall.ts';
import { causeOf } from './cause-of.ts';
import type { KeptTrace } from './kept-traces.ts';

const MAX_ROWS = 5;

/** The kept traces that took longest. */
export function renderSlowest(kept: readonly KeptTrace[], width: number, palette: Palette): string {
  const slowest = kept.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, MAX_ROWS);
  return renderTable(
    {
      columns: [left('slowest'), left('request'), right('duration'), right('spans'), left('kept by')],
      rows: slowest.map((trace) => [
        trace.traceId,
        escapeForTerminal(trace.rootName),
        durationOf(trace),
        String(trace.spans.length),
        trace.policy,
      ]),
    },
    { width, bold: palette.bold },
  );
}

/** The kept traces that failed, with what went wrong. */
export function renderFailing(kept: readonly KeptTrace[], width: number, palette: Palette): string {
  const failing = kept.filter((trace) => trace.isError).slice(0, MAX_ROWS);
  return renderTable(
    {
      columns: [left('failing'), left('request'), right('duration'), left('what went wrong')],
      rows: failing.map((trace) => [
        trace.traceId,
        escapeForTerminal(trace.rootName),
        durationOf(trace),
        causeOf(trace),
      ]),
    },
    { width, bold: palette.bold },
  );
}

function durationOf(trace: KeptTrace): string {
  return formatDuration(trace.durationMs);
}

function left(title: string) {
  return { title, align: 'left' } as const;
}

function right(title: string) {
  return { title, align: 'right' } as const;
}
