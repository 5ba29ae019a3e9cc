import { escapeForTerminal, formatDuration } from '../../terminal/show.ts';
import { renderTable } from '../../terminal/table.ts';
import type { Palette } from '../../terminal/terminal.ts';
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

/** The kept traces that the table of failing ones shows. */
export function failingTraces(kept: readonly KeptTrace[]): readonly KeptTrace[] {
  return kept.filter((trace) => trace.isError).slice(0, MAX_ROWS);
}

/** Kept traces that failed. @param causeOf what went wrong in a trace, by its ID */
export function renderFailing(
  failing: readonly KeptTrace[],
  causeOf: ReadonlyMap<string, string>,
  width: number,
  palette: Palette,
): string {
  return renderTable(
    {
      columns: [left('failing'), left('request'), right('duration'), left('what went wrong')],
      rows: failing.map((trace) => [
        trace.traceId,
        escapeForTerminal(trace.rootName),
        durationOf(trace),
        escapeForTerminal(causeOf.get(trace.traceId) ?? ''),
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
