import { wrapText } from '../../lib/text/messages.ts';
import type { Measured, Micros, Row, Verdict } from './row.ts';
import { verdictOf } from './row.ts';

export interface Result {
  readonly row: Row;
  readonly measured: Measured | { readonly failed: string };
}

export function verdictOfResult({ row, measured }: Result): Verdict | 'failed' {
  return 'failed' in measured ? 'failed' : verdictOf(row, measured);
}

const MARGIN = '    ';
const COLUMNS = 80;

/** For the terminal: the name of the row, what it measured, and what is known beside; of these some hold for this machine only. */
export function resultLines(result: Result): string {
  const { row, measured } = result;
  if ('skipped' in measured) return linesOf(row.name, `SKIPPED: ${measured.skipped}`);
  if ('failed' in measured) return `${linesOf(row.name)}\n${MARGIN}FAILED: ${measured.failed}`;
  const [low, high] = measured.quartiles;
  const value = `${shown(measured.value)} ${row.unit} (${shown(low)} to ${shown(high)})`;
  const { bound, micros, note } = measured;
  const ofBound = bound && `bound here ${shown(bound.value)} (${percent(bound.share)} of it)`;
  const limits = [`floor ${limit(row, row.floor)}`, `goal ${limit(row, row.goal)}`, ofBound];
  const notes = [micros && microsNote(micros), note];
  return linesOf(row.name, `${value}: ${verdictText(result)}`, given(limits).join(', '), ...given(notes));
}

function given(texts: readonly (string | undefined)[]): readonly string[] {
  return texts.filter((text) => text !== undefined);
}

/** The parts below the name, in no more than {@link COLUMNS}. */
function linesOf(name: string, ...parts: readonly string[]): string {
  return [wrapText(name, COLUMNS), ...parts.map((part) => wrapText(part, COLUMNS, MARGIN))].join('\n');
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
