import { expect, test } from 'vitest';
import { spread } from '../../bench/table/rounds.ts';
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

test('a value at the floor holds it, on either side', () => {
  const measured = (value: number) => ({ value, quartiles: [value, value] as const });
  const higher = { floor: 20, goal: 28, better: 'higher' } as const;
  expect([19.9, 20, 28].map((value) => verdictOf(higher, measured(value)))).toEqual(['under the floor', 'ok', 'goal']);
  const lower = { floor: 250, goal: 200, better: 'lower' } as const;
  expect([251, 250, 200].map((value) => verdictOf(lower, measured(value)))).toEqual(['under the floor', 'ok', 'goal']);
  expect(verdictOf(lower, { skipped: 'there is no Go' })).toBe('skipped');
});

test('the spread is the median, and the quartiles', () => {
  expect(spread([5, 1, 4, 2, 3])).toEqual({ value: 3, quartiles: [2, 4] });
});
