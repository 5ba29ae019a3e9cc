import { counted } from '../../text/messages.ts';
import type { ReplayCounts } from './ledger.ts';
import type { SelectedObjects } from './select.ts';

/** Problems that are listed; the others are only counted. */
const MAX_LISTED = 20;

/** Lists problems as they come, up to a number. */
export function listProblems(complain: (line: string) => void): (problem: string) => void {
  let listed = 0;
  return (problem) => {
    listed += 1;
    if (listed <= MAX_LISTED) complain(problem);
    if (listed === MAX_LISTED) complain('further problems are only counted');
  };
}

/** One line that shows how far it is. @param spansPerSecond since the start */
export function progressLine(counts: ReplayCounts, { objects }: SelectedObjects, spansPerSecond: number): string {
  const { traces, spans, bytes } = counts;
  const rate = `${Math.round(spansPerSecond)} spans/s`;
  return `${counted(traces, 'trace')}, ${counted(spans, 'span')}, ${megabytes(bytes)}; object ${counts.objects} of ${objects}; ${rate}`;
}

export function summaryLines(counts: ReplayCounts, { objects, later }: SelectedObjects, dryRun: boolean): string[] {
  const { traces, lines, spans, bytes, rejectedSpans, refusedLines, unreadable } = counts;
  const parts = lines === traces ? '' : ` in ${counted(lines, 'line')}`;
  return [
    `${dryRun ? 'would send' : 'sent'}: ${counted(traces, 'trace')}${parts}, ${counted(spans, 'span')}, ${megabytes(bytes)}`,
    `objects read: ${counts.objects} of ${objects}`,
    ...(rejectedSpans > 0 ? [`rejected by the receiver: ${counted(rejectedSpans, 'span')}`] : []),
    ...(refusedLines > 0 ? [`refused by the receiver: ${counted(refusedLines, 'line')}`] : []),
    ...(unreadable > 0 ? [`unreadable: ${unreadable}`] : []),
    ...(later > 0 ? [`written after the replay began, and not part of it: ${counted(later, 'object')}`] : []),
  ];
}

export function isComplete({ rejectedSpans, refusedLines, unreadable }: ReplayCounts): boolean {
  return rejectedSpans === 0 && refusedLines === 0 && unreadable === 0;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
