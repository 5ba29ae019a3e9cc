import { describe, expect, it } from 'vitest';
import { readQueryFiles } from '../../lib/adapters/query-files.ts';
import { parseNamedQuery } from '../../lib/athena/named-query.ts';
import { askedValues, renderQuery, storedQuery } from '../../lib/athena/render-query.ts';

const NOW = { nowMs: Date.UTC(2026, 10, 21, 12, 34) };

function queryWith(parameter: string, name = 'p') {
  return parseNamedQuery(
    'q',
    `-- Q\n--\n-- A query.\n-- @param ${name}: ${parameter}; what it is\nSELECT :${name} WHERE :window\n`,
  );
}

const render = (type: string, value: string) => renderQuery(queryWith(type), { p: value }, NOW).split(' WHERE ')[0];
const window = (values: Record<string, string>, context = {}) =>
  renderQuery(queryWith('text = any'), values, { ...NOW, ...context }).split(' WHERE ')[1];

describe('a value', () => {
  it.each([
    { type: 'text', value: 'cart', sql: "'cart'" },
    { type: 'text', value: "it's", sql: "'it''s'" },
    { type: 'text', value: "'; DROP TABLE t; --", sql: "'''; DROP TABLE t; --'" },
    { type: 'text', value: ':window', sql: "':window'" },
    { type: 'text', value: '$& \\ \n', sql: "'$& \\ \n'" },
    { type: 'number', value: '0.5', sql: '0.5e0' },
    { type: 'integer', value: '50', sql: '50' },
    { type: 'a | b', value: 'b', sql: "'b'" },
    { type: 'trace_id', value: '4BF92F3577B34DA6A3CE929D0E0E4736', sql: "'4bf92f3577b34da6a3ce929d0e0e4736'" },
    {
      type: 'trace_id',
      value: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      sql: "'4bf92f3577b34da6a3ce929d0e0e4736'",
    },
    { type: 'trace_id', value: '4bf92f35-77b3-4da6-a3ce-929d0e0e4736', sql: "'4bf92f3577b34da6a3ce929d0e0e4736'" },
    { type: 'trace_id', value: '1-5759e988-bd862e3fe1be46a994272793', sql: "'5759e988bd862e3fe1be46a994272793'" },
  ])('of type $type, $value, is $sql', ({ type, value, sql }) => {
    expect(render(type, value)).toBe(`SELECT ${sql}`);
  });

  it.each([
    { type: 'text', value: 'a\0', allowed: 'a text without NUL characters' },
    { type: 'number', value: '1e999', allowed: 'a number such as 250 or 0.5' },
    { type: 'number', value: '1 OR 1=1', allowed: 'a number such as 250 or 0.5' },
    { type: 'integer', value: '-1', allowed: 'a whole number, 0 or more' },
    { type: 'a | b', value: 'c', allowed: 'one of a, b' },
    { type: 'trace_id', value: '4bf9', allowed: 'a trace ID: 32 hex digits' },
  ])('of type $type, $value, is refused', ({ type, value, allowed }) => {
    expect(() => render(type, value)).toThrow(`p: expected ${allowed}`);
  });

  it('is its default, or no condition, when it is not given', () => {
    expect(renderQuery(queryWith('integer = 5'), {}, NOW)).toMatch(/^SELECT 5 /);
    expect(renderQuery(queryWith('text = any'), {}, NOW)).toMatch(/^SELECT CAST\(NULL AS varchar\) /);
    expect(renderQuery(queryWith('number = any'), {}, NOW)).toMatch(/^SELECT CAST\(NULL AS double\) /);
  });

  it('that is wrong is told with all others', () => {
    expect(() => renderQuery(queryWith('integer'), { from: 'soon', service: 'x' }, NOW)).toThrow(
      /^p is missing: what it is\nservice is no parameter of q: it has p, from, to\nfrom: expected 2026-11-21.*, got "soon"$/,
    );
  });
});

describe('the window', () => {
  it.each([
    {
      values: {},
      sql: "(dt BETWEEN '2026-11-20' AND '2026-11-21' AND (dt > '2026-11-20' OR hour >= 12) AND (dt < '2026-11-21' OR hour <= 12))",
    },
    {
      values: { from: '2026-11-21T07', to: '2026-11-21T09' },
      sql: "(dt BETWEEN '2026-11-21' AND '2026-11-21' AND (dt > '2026-11-21' OR hour >= 7) AND (dt < '2026-11-21' OR hour <= 8))",
    },
    {
      values: { from: '-90m', to: '2026-11-21T12:01Z' },
      sql: "(dt BETWEEN '2026-11-21' AND '2026-11-21' AND (dt > '2026-11-21' OR hour >= 11) AND (dt < '2026-11-21' OR hour <= 12))",
    },
    {
      values: { from: '2026-11-01', to: '-2d' },
      sql: "(dt BETWEEN '2026-11-01' AND '2026-11-19' AND (dt > '2026-11-01' OR hour >= 0) AND (dt < '2026-11-19' OR hour <= 12))",
    },
  ])('of $values is whole hours of the partitions', ({ values, sql }) => {
    expect(window(values)).toBe(sql);
  });

  it.each([
    { values: { from: '2026-02-30' }, says: 'from: expected' },
    { values: { to: 'later' }, says: 'to: expected' },
    { values: { from: 'now' }, says: 'from must be before to, got now and now' },
    {
      values: { from: '2026-10-01' },
      says: 'from: the archive keeps 30 days, so that queries see 2026-10-20 to 2026-11-22; got 2026-10-01',
    },
    { values: { from: '2027-01-01', to: '2027-01-02' }, says: 'queries see 2026-10-20 to 2026-11-22; got 2027-01-01' },
  ])('of $values is refused', ({ values, says }) => {
    expect(() => window(values, { retentionDays: 30 })).toThrow(says);
  });

  it('names the tenant where there are tenants, and must', () => {
    expect(window({ tenant: "o'b" }, { tenants: true })).toMatch(/hour <= 12\) AND tenant = 'o''b'\)$/);
    expect(() => window({}, { tenants: true })).toThrow('tenant is missing');
    expect(() => window({ tenant: 'a' })).toThrow('tenant is no parameter');
  });
});

describe('storedQuery', () => {
  it('asks for what must be given and looks at the last 24 hours', () => {
    const sql = storedQuery(queryWith('trace_id'), true);
    expect(sql).toMatch(/^SELECT \? WHERE \(dt BETWEEN date_format\(.*INTERVAL '24' HOUR.* AND tenant = \?\)$/);
  });

  it.each(readQueryFiles())('of $name has a name for each value that is asked for, in order', ({ name, text }) => {
    const query = parseNamedQuery(name, text);
    for (const tenants of [false, true]) {
      const sql = storedQuery(query, tenants);
      const before = sql.split('?').slice(0, -1);
      expect(askedValues(query, tenants)).toHaveLength(before.length);
      // Of the tenant the condition stands right before it.
      expect(askedValues(query, tenants).map((asked) => asked === 'tenant')).toEqual(
        before.map((part) => part.endsWith('tenant = ')),
      );
    }
  });
});
