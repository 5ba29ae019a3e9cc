import type { ConfigIssue } from '../sampling/config/issues.ts';
import { readSamplingConfig } from '../sampling/config/parse-sampling-config.ts';
import { type ConfigSummary, type PolicyInWords, summarizeConfig } from '../sampling/summarize-config.ts';
import { escapeForTerminal } from '../terminal/show.ts';
import { counted, whyUnreadable } from '../text/messages.ts';

/** What there is to say of one configuration. */
export interface ConfigReport {
  readonly file: string;
  readonly valid: boolean;
  readonly errors: readonly ConfigIssue[];
  readonly warnings: readonly ConfigIssue[];
  readonly notes: readonly ConfigIssue[];
  /** Missing when the configuration is not valid. */
  readonly summary?: ConfigSummary;
}

/** Checks the bytes of a configuration; `file` is how the report calls it. */
export function checkConfig(file: string, bytes: Uint8Array): ConfigReport {
  const result = readSamplingConfig(bytes);
  const { warnings, notes } = result;
  if (!result.ok) return { file, valid: false, errors: result.issues, warnings, notes };
  return { file, valid: true, errors: [], warnings, notes, summary: summarizeConfig(result.config) };
}

/** The report of a file that could not be read. */
export function unreadable(file: string, error: unknown): ConfigReport {
  const message = `cannot be read: ${whyUnreadable(error)}`;
  return { file, valid: false, errors: [{ path: '', message }], warnings: [], notes: [] };
}

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
  const counts = [
    ...(errors.length === 0 ? [] : [counted(errors.length, 'error')]),
    ...(warnings.length === 0 ? [] : [counted(warnings.length, 'warning')]),
  ];
  return `${name}: ${valid ? 'valid' : 'not valid'}${counts.length === 0 ? '' : `, ${counts.join(', ')}`}`;
}

/** What a configuration does, in lines. @param max policies that are listed, the others are only counted */
export function summaryLines(
  { decides, keeps, neverKeeps }: ConfigSummary,
  max = Number.POSITIVE_INFINITY,
): readonly string[] {
  const names = [...keeps, ...neverKeeps].map(({ policy }) => policy.length);
  const width = Math.min(Math.max(...names), 32);
  const list = (policies: readonly PolicyInWords[]) => [
    ...policies.slice(0, max).map(({ policy, traces }) => `  ${policy.padEnd(width)}  ${traces}`),
    ...(policies.length > max ? [`  and ${policies.length - max} more ("tailgate validate" lists them)`] : []),
  ];
  return [
    '',
    ...decides,
    ...(neverKeeps.length === 0 ? [] : ['Never keeps, whatever other policies say:', ...list(neverKeeps)]),
    ...(keeps.length === 0 ? ['Keeps nothing.'] : ['Keeps:', ...list(keeps)]),
  ];
}
