import type { Measured, Measurement, Micros, Row, Verdict } from './row.ts';
import { verdictOf } from './row.ts';

export interface Result {
  readonly row: Row;
  readonly measured: Measured | { readonly failed: string };
}

export function verdictOfResult({ row, measured }: Result): Verdict | 'failed' {
  return 'failed' in measured ? 'failed' : verdictOf(row, measured);
}

/** A line for the terminal, and one of figures that hold for this machine. */
export function resultLine(result: Result): string {
  const { row, measured } = result;
  if ('skipped' in measured) return `${row.name.padEnd(62)} SKIPPED: ${measured.skipped}`;
  if ('failed' in measured) return `${row.name.padEnd(62)} FAILED: ${measured.failed}`;
  const [low, high] = measured.quartiles;
  const value = `${shown(measured.value)} ${row.unit}`.padStart(16);
  const limits = `floor ${limit(row, row.floor)}, goal ${limit(row, row.goal)}${boundPart(measured)}`;
  const notes = [measured.micros && microsNote(measured.micros), measured.note].filter((text) => text !== undefined);
  const more = notes.length === 0 ? '' : `\n    ${notes.join(', ')}`;
  return `${row.name.padEnd(62)} ${value}  (${shown(low)} to ${shown(high)})  ${limits}: ${verdictText(result)}${more}`;
}

/** The table of `docs/performance.md`. */
export function markdownTable(results: readonly Result[]): string {
  const lines = results.map((result) => {
    const { row, measured } = result;
    const limits = `${limit(row, row.floor)} | ${limit(row, row.goal)}`;
    if (!('value' in measured)) return `| ${row.name} | not measured | | ${limits} | | ${verdictText(result)} |`;
    const [low, high] = measured.quartiles;
    const cells = `${shown(measured.value)} ${row.unit} | ${shown(low)} to ${shown(high)}`;
    const bound = measured.bound === undefined ? '' : shown(measured.bound.value);
    return `| ${row.name} | ${cells} | ${limits} | ${bound} | ${verdictText(result)} |`;
  });
  const head = '| row | measured | half of the rounds | floor | goal | bound here | holds |';
  return [head, '|---|---|---|---|---|---|---|', ...lines].join('\n');
}

/** The verdict, with the share of the bound where that decides. */
function verdictText(result: Result): string {
  const verdict = verdictOfResult(result);
  const share = 'value' in result.measured ? result.measured.bound?.share : undefined;
  if (share === undefined || (verdict !== 'bound' && verdict !== 'under the floor')) return verdict;
  return `${verdict}: ${percent(share)}${verdict === 'bound' ? ' of it' : ' of the bound'}`;
}

function boundPart({ bound }: Measurement): string {
  return bound === undefined ? '' : `, bound here ${shown(bound.value)} (${percent(bound.share)} of it)`;
}

function microsNote({ per, own, base, bound }: Micros): string {
  return `${shown(own)} µs a ${per}, base ${shown(base)} µs${bound === undefined ? '' : `, bound ${shown(bound)} µs`}`;
}

function limit({ better }: Row, value: number): string {
  return `${better === 'higher' ? '≥' : '≤'} ${shown(value)}`;
}

/** Rounded down, so that a share which is not enough does not look like it. */
function percent(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

/** Three digits that count. */
export function shown(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}
