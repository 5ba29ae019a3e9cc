import { describe, expect, it } from 'vitest';
import { ask } from '../support/ask.ts';
import { useAthenaStacks } from '../support/athena-stack.ts';

const service = useAthenaStacks();
const JSON_LINES = ['--stack', 'Tailgate', '--json'];

const rowsOf = (out: string) =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('the answer of Athena', () => {
  it('has the rows of all pages, and the names of the columns are no row', async () => {
    const { athena } = service;
    athena.pageSize = 3;
    const values = Array.from({ length: 8 }, (_, index) => [String(index)]);
    athena.answer = () => ({ columns: [{ name: 'n', type: 'integer' }], rows: [['n'], ...values] });
    const { out } = await ask([...JSON_LINES, 'SELECT n']);
    expect(rowsOf(out)).toEqual(values.map((_, n) => ({ n })));
    expect(athena.calls.filter((call) => call === 'GetQueryResults')).toHaveLength(3);
  });

  it('keeps a row that looks like the names of the columns', async () => {
    service.athena.pageSize = 2;
    service.athena.answer = () => ({ columns: [{ name: 'n', type: 'varchar' }], rows: [['n'], ['n'], ['n']] });
    expect(rowsOf((await ask([...JSON_LINES, 'SELECT n'])).out)).toEqual([{ n: 'n' }, { n: 'n' }]);
  });

  it.each([
    { rows: [], what: 'without any row' },
    { rows: [['n']], what: 'with the names only' },
  ])('can be empty: $what', async ({ rows }) => {
    service.athena.answer = () => ({ columns: [{ name: 'n', type: 'varchar' }], rows });
    expect(await ask([...JSON_LINES, 'SELECT n'])).toMatchObject({ code: 0, out: '' });
  });

  // Types and their texts: https://docs.aws.amazon.com/athena/latest/ug/data-types.html
  it.each([
    { type: 'boolean', text: 'false', value: false },
    { type: 'tinyint', text: '-128', value: -128 },
    { type: 'bigint', text: '9007199254740991', value: 9007199254740991 },
    { type: 'bigint', text: '9007199254740993', value: '9007199254740993' },
    { type: 'double', text: '1.5E-7', value: 1.5e-7 },
    { type: 'double', text: 'NaN', value: 'NaN' },
    { type: 'float', text: '-Infinity', value: '-Infinity' },
    { type: 'decimal', text: '1.50', value: 1.5 },
    { type: 'date', text: '2026-09-15', value: '2026-09-15' },
    { type: 'timestamp', text: '2026-09-15 07:12:33.123', value: '2026-09-15T07:12:33.123Z' },
    { type: 'timestamp with time zone', text: '2026-09-15 07:12:33.123 UTC', value: '2026-09-15T07:12:33.123Z' },
    {
      type: 'timestamp with time zone',
      text: '2026-09-15 09:12:33.123 Europe/Berlin',
      value: '2026-09-15 09:12:33.123 Europe/Berlin',
    },
    { type: 'varchar', text: '', value: '' },
    { type: 'varchar', text: '12', value: '12' },
    { type: 'array', text: '[a, b, null]', value: '[a, b, null]' },
    { type: 'map', text: '{k=v, a=b}', value: '{k=v, a=b}' },
    { type: 'row', text: '{time_ns=1, name=x, attributes={}}', value: '{time_ns=1, name=x, attributes={}}' },
    { type: 'varbinary', text: '65 61', value: '65 61' },
    { type: 'json', text: '{"a":1}', value: '{"a":1}' },
    { type: 'double', text: null, value: null },
    { type: 'varchar', text: null, value: null },
  ])('writes a $type, $text, as $value', async ({ type, text, value }) => {
    service.athena.answer = () => ({ columns: [{ name: 'v', type }], rows: [['v'], [text]] });
    expect(rowsOf((await ask([...JSON_LINES, 'SELECT v'])).out)).toEqual([{ v: value }]);
  });

  it('gives columns of the same name different keys', async () => {
    const column = { name: 'a', type: 'integer' };
    service.athena.answer = () => ({
      columns: [column, column, { ...column, name: 'a:1' }],
      rows: [
        ['a', 'a', 'a:1'],
        ['1', '2', '3'],
      ],
    });
    expect(rowsOf((await ask([...JSON_LINES, 'SELECT 1'])).out)).toEqual([{ a: 1, 'a:1': 2, 'a:1:1': 3 }]);
  });

  it('of SHOW TABLES has no row with names', async () => {
    service.athena.answer = () => ({
      statementType: 'UTILITY',
      columns: [{ name: 'tab_name', type: 'string' }],
      rows: [['spans'], ['traces']],
    });
    expect(rowsOf((await ask([...JSON_LINES, 'SHOW TABLES'])).out)).toEqual([
      { tab_name: 'spans' },
      { tab_name: 'traces' },
    ]);
  });

  it('of DESCRIBE, one text for all columns, is taken apart', async () => {
    service.athena.answer = () => ({
      statementType: 'UTILITY',
      columns: ['col_name', 'data_type', 'comment'].map((name) => ({ name, type: 'string' })),
      rows: [['trace_id            \tstring              \tTrace ID.           ']],
    });
    expect((await ask(['--stack', 'Tailgate', 'DESCRIBE traces'])).out).toBe(
      'col_name\tdata_type\tcomment\ntrace_id\tstring\tTrace ID.\n',
    );
  });

  it('of EXPLAIN is the plan as it stands, on a terminal', async () => {
    const lines = ['Fragment 0 [SINGLE]', '    Output layout: [n]'];
    service.athena.answer = () => ({
      statementType: 'UTILITY',
      columns: [{ name: 'Query Plan', type: 'varchar' }],
      rows: [['Query Plan'], ...lines.map((line) => [line])],
    });
    expect((await ask(['--stack', 'Tailgate', 'EXPLAIN SELECT 1'], 80)).out).toBe(`${lines.join('\n')}\n`);
  });
});
