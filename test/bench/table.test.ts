import { expect, test } from 'vitest';
import { markdownTable, resultLines } from '../../bench/table/print-table.ts';
import { measurementOf, middleOf, spread, timesAsFast } from '../../bench/table/rounds.ts';
import { TINY, verdictOf } from '../../bench/table/row.ts';
import { ROWS } from '../../bench/table/rows.ts';

const QUICK = ROWS.filter(({ isLong }) => isLong !== true);

test.each(QUICK.map((row) => [row.name, row] as const))('both sides give the same: %s', async (_name, row) => {
  const measured = await row.measure(TINY);
  expect('value' in measured && Number.isFinite(measured.value)).toBe(true);
});

test('each row has a name of its own, and a goal beyond its floor', () => {
  expect(new Set(ROWS.map(({ name }) => name)).size).toBe(ROWS.length);
  for (const { better, floor, goal } of ROWS) expect(better === 'higher' ? goal >= floor : goal <= floor).toBe(true);
});

const measured = (value: number, share?: number) => ({
  value,
  quartiles: [value, value] as const,
  ...(share !== undefined && { bound: { value: 25, share } }),
});
const higher = { floor: 20, goal: 28, better: 'higher' } as const;
const lower = { floor: 250, goal: 200, better: 'lower' } as const;

test('a value at the floor holds it, on either side', () => {
  const verdicts = (row: typeof higher | typeof lower, values: number[]) =>
    values.map((value) => verdictOf(row, measured(value)));
  expect(verdicts(higher, [19.9, 20, 28])).toEqual(['under the floor', 'floor', 'goal']);
  expect(verdicts(lower, [251, 250, 200])).toEqual(['under the floor', 'floor', 'goal']);
  expect(verdictOf(lower, { skipped: 'there is no Go' })).toBe('skipped');
});

test.each([higher, lower])('under the floor, enough of the bound holds a row where $better is better', (row) => {
  const under = row.better === 'higher' ? 10 : 300;
  const verdicts = [0.3, 0.69, 0.7, 1.05].map((share) => verdictOf(row, measured(under, share)));
  expect(verdicts).toEqual(['under the floor', 'under the floor', 'bound', 'bound']);
});

test('a bound that our code beats is none, and holds nothing', () => {
  expect(verdictOf(higher, measured(10, 1.2))).toBe('under the floor');
});

test('a floor and a goal count before the bound, however far that is away', () => {
  expect(verdictOf(higher, measured(20, 0.1))).toBe('floor');
  expect(verdictOf(higher, measured(28, 0.9))).toBe('goal');
});

const HOT_PATH = ['regroup', 'gunzip', 'JSON body', 'policies', 'JSON line'];

test('what is measured against protobufjs or zlib on the hot path has a bound', async () => {
  for (const row of QUICK.filter(({ name }) => HOT_PATH.some((start) => name.startsWith(start)))) {
    const result = await row.measure(TINY);
    expect('bound' in result && Number.isFinite(result.bound?.value), row.name).toBe(true);
  }
});

test('the share of a bound is its time by ours, in the median of the rounds', () => {
  const [base, own, bound] = [
    [60, 40, 50],
    [10, 10, 20],
    [5, 8, 12],
  ];
  const result = measurementOf([base, own, bound] as number[][], (ofBase, ofOwn) => ofBase / ofOwn);
  expect(result).toEqual({
    value: 4,
    quartiles: [4, 6],
    bound: { value: 5, share: 0.6 },
    micros: { per: 'span', own: 10, base: 50, bound: 8 },
  });
});

test('of several processes the one with the value in the middle counts, with its bound', () => {
  const [slow, middle, fast] = [measured(10, 0.9), measured(12, 0.5), measured(20, 0.4)];
  expect(middleOf([fast, slow, middle])).toBe(middle);
  expect(middleOf([fast])).toBe(fast);
});

test('each side is first as often as the others, and last', async () => {
  const order: string[] = [];
  const side = (name: string) => () => order.push(name);
  const sides = { base: side('base'), own: side('own'), bound: side('bound') };
  await timesAsFast(sides, { rounds: 6, sliceMs: 0, spans: 1 }, 1);
  const rounds = Array.from({ length: 6 }, (_, round) => order.slice(round * 3, round * 3 + 3));
  for (const round of rounds) expect(round.toSorted()).toEqual(['base', 'bound', 'own']);
  for (const place of [0, 2]) {
    expect(rounds.map((round) => round[place]).toSorted()).toEqual(['base', 'base', 'bound', 'bound', 'own', 'own']);
  }
});

test('a line of the table shows the bound, and how the row holds', () => {
  const row = { name: 'regroup : protobufjs', unit: '×', floor: 20, goal: 28, better: 'higher' } as const;
  const lineOf = (value: number, share: number) =>
    markdownTable([{ row: { ...row, measure: () => measured(0) }, measured: measured(value, share) }])
      .split('\n')
      .at(-1);
  expect(lineOf(18, 0.72)).toBe('| regroup : protobufjs | 18 × | 18 to 18 | ≥ 20 | ≥ 28 | 25 | bound: 72 % of it |');
  expect(lineOf(18, 0.699)).toMatch('| under the floor: 69 % of the bound |');
  expect(lineOf(21, 0.84)).toMatch('| 25 | floor |');
});

test('what is printed for a row fits into a terminal', () => {
  const row = {
    name: 'JSON line and gzip : the same, both at level 6, gateway',
    unit: '×',
    floor: 20,
    goal: 28,
    better: 'higher',
    measure: () => measured(0),
  } as const;
  const lines = resultLines({
    row,
    measured: {
      value: 18,
      quartiles: [17.25, 18.75],
      bound: { value: 25, share: 0.699 },
      micros: { per: 'span', own: 0.723, base: 12.7, bound: 0.243 },
      note: '36,372 and 48,993 spans per CPU-second, 200 and 300 MB; both keep the same 1,234 of 10,000 traces',
    },
  }).split('\n');
  expect(lines).toEqual([
    row.name,
    '    18 × (17.3 to 18.8): under the floor: 69 % of the bound',
    '    floor ≥ 20, goal ≥ 28, bound here 25 (69 % of it)',
    '    0.723 µs a span, base 12.7 µs, bound 0.243 µs',
    '    36,372 and 48,993 spans per CPU-second, 200 and 300 MB; both keep the same',
    '    1,234 of 10,000 traces',
  ]);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
});

test('the spread is the median, and the quartiles', () => {
  expect(spread([5, 1, 4, 2, 3])).toEqual({ value: 3, quartiles: [2, 4] });
});
