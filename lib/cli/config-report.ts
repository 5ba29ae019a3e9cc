import type { ConfigIssue } from '../../sampling/config/issues.ts';
import type { ConfigSummary, PolicyInWords } from '../../sampling/summarize-config.ts';
import { escapeForTerminal } from '../../terminal/escape.ts';
import type { ConfigReport } from './check-config.ts';

/** A report for people: a line for each error, warning and note, then the summary. Safe to show on a terminal. */
export function reportLines(report: ConfigReport): readonly string[] {
  const name = report.file === '-' ? 'standard input' : report.file;
  const lines = [
    ...report.errors.map((issue) => issueLine('error', name, issue)),
    ...report.warnings.map((issue) => issueLine('warning', name, issue)),
    ...report.notes.map((issue) => issueLine('note', name, issue)),
    outcomeLine(name, report),
    ...(report.summary === undefined ? [] : summaryLines(report.summary)),
  ];
  return lines.map(escapeForTerminal);
}

/** `file:line: error: path: message`, which editors and CI services know as a link. */
function issueLine(kind: 'error' | 'warning' | 'note', name: string, { path, message, line }: ConfigIssue): string {
  const place = line === undefined ? name : `${name}:${line}`;
  return [place, kind, ...(path === '' ? [] : [path]), message].join(': ');
}

function outcomeLine(name: string, { valid, errors, warnings }: ConfigReport): string {
  const counts = [count(errors.length, 'error'), count(warnings.length, 'warning')].filter((text) => text !== '');
  return `${name}: ${valid ? 'valid' : 'not valid'}${counts.length === 0 ? '' : `, ${counts.join(', ')}`}`;
}

function count(number: number, noun: string): string {
  return number === 0 ? '' : `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function summaryLines({ decides, keeps, neverKeeps }: ConfigSummary): readonly string[] {
  const names = [...keeps, ...neverKeeps].map(({ policy }) => policy.length);
  const width = Math.min(Math.max(...names), 32);
  const list = (policies: readonly PolicyInWords[]) =>
    policies.map(({ policy, traces }) => `  ${policy.padEnd(width)}  ${traces}`);
  return [
    '',
    ...decides,
    ...(neverKeeps.length === 0 ? [] : ['Never keeps, whatever other policies say:', ...list(neverKeeps)]),
    ...(keeps.length === 0 ? ['Keeps nothing.'] : ['Keeps:', ...list(keeps)]),
  ];
}
