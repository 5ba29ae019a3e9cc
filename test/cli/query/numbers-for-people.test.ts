import { describe, expect, it } from 'vitest';
import { numberText } from '../../../lib/cli/query/print-result.ts';
import { dataFolderWith, line, newDataFolder, oneSpan } from './support/archive-folder.ts';
import { ask } from './support/ask.ts';

describe('numberText', () => {
  it.each([
    [0, '0'],
    [812.456789, '812.5'],
    [0.0123456, '0.01235'],
    [1234.56, '1235'],
    [123456789.4, '123456789'],
    [-3.24159, '-3.242'],
    [Number.NaN, 'NaN'],
  ])('of %d is %s', (value, text) => {
    expect(numberText(value)).toBe(text);
  });
});

describe('an answer', () => {
  const SQL = 'SELECT 812.456789::DOUBLE AS duration_ms, 0.25::DOUBLE AS error_rate, 1234567 AS n';

  it('has rounded numbers in a table, and every digit elsewhere', async () => {
    const dataDir = newDataFolder();
    expect((await ask(['--data', dataDir, SQL], 80)).out).toContain('\n      812.5        0.25  1234567\n');
    expect((await ask(['--data', dataDir, SQL])).out).toContain('\n812.456789\t0.25\t1234567\n');
    expect((await ask(['--data', dataDir, '--json', SQL])).out).toBe(
      '{"duration_ms":812.456789,"error_rate":0.25,"n":1234567}\n',
    );
  });

  it('of red shows estimates with their standard errors in a table, and in columns of their own elsewhere', async () => {
    // Four requests, of which one failed, that are kept with a probability of 1/5: each trace adds 5 * 4 to the variance.
    const traces = [0, 1, 2, 3].map((n) => {
      const id = `${n}`.padStart(32, 'a');
      const span = { traceId: id, name: 'add', kind: 2, ...(n === 0 && { status: { code: 2 } }) };
      return line(oneSpan(span, [{ key: 'service.name', value: { stringValue: 'cart' } }]), {
        trace_id: id,
        sample_weight: 5,
      });
    });
    const args = ['red', '--data', dataFolderWith(traces), '--from', '2026-09-15T07'];
    expect(JSON.parse((await ask([...args, '--json'])).out)).toMatchObject({
      requests: 20,
      requests_se: Math.sqrt(80),
      errors: 5,
      errors_se: Math.sqrt(20),
      error_rate: 0.25,
      // Of the residuals 1 - 1/4 (once) and 0 - 1/4 (three times): sqrt(20 * (9 + 3) / 16) / 20.
      error_rate_se: expect.closeTo(Math.sqrt(15) / 20, 12),
    });
    const table = (await ask(args, 200)).out;
    expect(table).toMatch(/requests +errors +error_rate +p50_ms/);
    expect(table).toContain('20 ± 8.9  5 ± 4.5  25 % ± 19 %');
  });
});

describe('approx_percentile', () => {
  it('weighs on the local archive too, and passes over rows without a weight, as Trino does', async () => {
    // 97 of 100 requests took 10 ms, 3 took 900: the 95th percentile is 10, though half of the kept ones took 900.
    const traces = [
      { duration_ms: 10, sample_weight: 97 },
      { duration_ms: 900, sample_weight: 3 },
      { duration_ms: 5000, sample_weight: null },
    ].map((columns, n) => line([], { trace_id: `${n}`.padStart(32, 'a'), ...columns }));
    const sql = `SELECT approx_percentile(duration_ms, sample_weight, 0.95) AS p95,
      approx_percentile(duration_ms, sample_weight, 0.99) AS p99,
      approx_percentile(duration_ms, coalesce(sample_weight, 1), 0.999) AS p999 FROM traces`;
    const { out } = await ask(['--data', dataFolderWith(traces), '--json', sql]);
    expect(JSON.parse(out)).toEqual({ p95: 10, p99: 900, p999: 5000 });
  });
});
