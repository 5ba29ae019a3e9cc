import { describe, expect, it } from 'vitest';
import { parseNamedQuery } from '../../../lib/archive/tables/named-query.ts';
import { askedValues, renderQuery, storedQuery } from '../../../lib/archive/tables/render-query.ts';
import { readQueryFiles } from '../../../lib/aws/filesystem/query-files.ts';

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
    { type: 'ERROR | OK', value: 'error', sql: "'ERROR'" },
    { type: 'duration', value: '250ms', sql: '250e0' },
    { type: 'duration', value: '1.5s', sql: '1500e0' },
    { type: 'duration', value: '2m', sql: '120000e0' },
    { type: 'duration', value: '7d', sql: '604800000e0' },
    { type: 'duration', value: '1us', sql: '0.001e0' },
    { type: 'duration', value: '0s', sql: '0e0' },
    { type: 'attribute', value: "order.id=a=b'c", sql: "'order.id=a=b''c'" },
    { type: 'attribute', value: 'empty=', sql: "'empty='" },
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
    { type: 'duration', value: '250', allowed: 'a duration such as 250ms, 1.5s, 2m, 1h or 7d' },
    { type: 'duration', value: '1s; --', allowed: 'a duration' },
    { type: 'attribute', value: 'order.id', allowed: 'an attribute as key=value, such as order.id=abc123' },
    { type: 'attribute', value: '=x', allowed: 'an attribute as key=value' },
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
      /^--p is missing: what it is\nq has no --service: it has --p, --from, --to\n--from: expected 2026-11-21.*, got "soon"$/,
    );
  });
});

/** The condition on the partitions, from and up to these days and hours. */
const partitions = (fromDay: string, fromHour: number, toDay: string, toHour: number) =>
  `dt BETWEEN '${fromDay}' AND '${toDay}' AND (dt > '${fromDay}' OR hour >= ${fromHour}) AND (dt < '${toDay}' OR hour <= ${toHour})`;

/** In one hour, none that began in this part of it. */
const not = (day: string, hour: number, from: string, to: string) =>
  ` AND NOT (dt = '${day}' AND hour = ${hour} AND coalesce(trace_start_time >= TIMESTAMP '${from}' AND trace_start_time < TIMESTAMP '${to}', false))`;

describe('the window', () => {
  it.each([
    {
      // Up to now is up to the end of the hour: a clock may be ahead.
      values: {},
      sql:
        partitions('2026-11-20', 12, '2026-11-21', 12) +
        not('2026-11-20', 12, '2026-11-20 12:00:00.000', '2026-11-20 12:34:00.000'),
    },
    { values: { from: '2026-11-21T07', to: '2026-11-21T09' }, sql: partitions('2026-11-21', 7, '2026-11-21', 8) },
    {
      values: { from: '-15m' },
      sql:
        partitions('2026-11-21', 12, '2026-11-21', 12) +
        not('2026-11-21', 12, '2026-11-21 12:00:00.000', '2026-11-21 12:19:00.000'),
    },
    {
      values: { from: '-90m', to: '2026-11-21T12:01:02.5Z' },
      sql:
        partitions('2026-11-21', 11, '2026-11-21', 12) +
        not('2026-11-21', 11, '2026-11-21 11:00:00.000', '2026-11-21 11:04:00.000') +
        not('2026-11-21', 12, '2026-11-21 12:01:02.500', '2026-11-21 13:00:00.000'),
    },
    {
      values: { from: '2026-11-01', to: '-2d' },
      sql:
        partitions('2026-11-01', 0, '2026-11-19', 12) +
        not('2026-11-19', 12, '2026-11-19 12:34:00.000', '2026-11-19 13:00:00.000'),
    },
  ])('of $values reads the hours and looks at the start of the trace in the first and last one', ({ values, sql }) => {
    expect(window(values)).toBe(`(${sql})`);
  });

  it('looks at the column that has the start of the trace in the view', () => {
    const query = parseNamedQuery('q', '-- Q\n--\n-- A query.\nSELECT 1 FROM traces WHERE :traces_window\n');
    expect(renderQuery(query, { from: '-15m' }, NOW)).toContain(
      "coalesce(start_time >= TIMESTAMP '2026-11-21 12:00:00.000'",
    );
  });

  it.each([
    { values: { from: '2026-02-30' }, says: '--from: expected' },
    { values: { to: 'later' }, says: '--to: expected' },
    { values: { from: 'now' }, says: '--from must be before --to, got now and now' },
    {
      values: { from: '2026-10-01' },
      says: '--from: the archive keeps 30 days, so that queries see 2026-10-20 to 2026-11-22; got 2026-10-01',
    },
    { values: { from: '2027-01-01', to: '2027-01-02' }, says: 'queries see 2026-10-20 to 2026-11-22; got 2027-01-01' },
  ])('of $values is refused', ({ values, says }) => {
    expect(() => window(values, { retentionDays: 30 })).toThrow(says);
  });

  it('names the tenant where there are tenants, and must', () => {
    expect(window({ tenant: "o'b" }, { tenants: true })).toMatch(/ AND tenant = 'o''b'\)$/);
    expect(() => window({}, { tenants: true })).toThrow('--tenant is missing');
    expect(() => window({ tenant: 'a' })).toThrow('q has no --tenant');
  });
});

describe('the window before', () => {
  const comparison = parseNamedQuery(
    'q',
    '-- Q\n--\n-- A query.\n-- @param before: duration = 24h; how far back\nSELECT 1 WHERE :window UNION ALL SELECT 2 WHERE :window_before\n',
  );
  const compare = (values: Record<string, string>, context = {}) => {
    const sql = renderQuery(comparison, values, { ...NOW, ...context });
    return /^SELECT 1 WHERE (.*) UNION ALL SELECT 2 WHERE (.*)$/.exec(sql)?.slice(1);
  };

  it('is as long as the window, and a day before it', () => {
    expect(compare({ from: '2026-11-21T07', to: '2026-11-21T09' })).toEqual([
      `(${partitions('2026-11-21', 7, '2026-11-21', 8)})`,
      `(${partitions('2026-11-20', 7, '2026-11-20', 8)})`,
    ]);
  });

  it('has an end where the window goes up to now, and none of its traces is in both', () => {
    expect(compare({})).toEqual([
      `(${partitions('2026-11-20', 12, '2026-11-21', 12)}${not('2026-11-20', 12, '2026-11-20 12:00:00.000', '2026-11-20 12:34:00.000')})`,
      `(${partitions('2026-11-19', 12, '2026-11-20', 12)}` +
        `${not('2026-11-19', 12, '2026-11-19 12:00:00.000', '2026-11-19 12:34:00.000')}` +
        `${not('2026-11-20', 12, '2026-11-20 12:34:00.000', '2026-11-20 13:00:00.000')})`,
    ]);
  });

  it('lies as far back as is asked', () => {
    expect(compare({ from: '2026-11-21T07:15', to: '2026-11-21T08', before: '7d' })?.[1]).toBe(
      `(${partitions('2026-11-14', 7, '2026-11-14', 7)}${not('2026-11-14', 7, '2026-11-14 07:00:00.000', '2026-11-14 07:15:00.000')})`,
    );
    expect(compare({ from: '2026-11-21T07:15', to: '2026-11-21T08', before: '45m' })?.[1]).toBe(
      `(${partitions('2026-11-21', 6, '2026-11-21', 7)}${not('2026-11-21', 6, '2026-11-21 06:00:00.000', '2026-11-21 06:30:00.000')}` +
        `${not('2026-11-21', 7, '2026-11-21 07:15:00.000', '2026-11-21 08:00:00.000')})`,
    );
  });

  it('is of the same tenant', () => {
    for (const condition of compare({ tenant: "o'b" }, { tenants: true }) ?? []) {
      expect(condition).toMatch(/ AND tenant = 'o''b'\)$/);
    }
  });

  it.each([
    {
      values: { from: '-2d' },
      says: '--before: the window is 2880m long, so that the one before it must lie at least 2880m back, got none, and the default is less',
    },
    { values: { from: '-1h', before: '30m' }, says: 'must lie at least 60m back, got 30m' },
    { values: { before: '0s' }, says: 'got 0s' },
    { values: { before: '-1d' }, says: '--before: expected a duration such as 250ms, 1.5s, 2m, 1h or 7d, got "-1d"' },
    {
      values: { from: '2026-10-25', to: '2026-10-26', before: '7d' },
      says: '--before: the archive keeps 30 days, so that queries see 2026-10-20 to 2026-11-22; got 2026-10-18',
    },
  ])('of $values is refused', ({ values, says }) => {
    expect(() => compare(values, { retentionDays: 30 })).toThrow(says);
  });

  it('of a stored query is that of the 24 hours before the last ones', () => {
    const sql = storedQuery(comparison, true);
    const [, before = ''] = sql.split(' UNION ALL ');
    expect(before).toContain(
      "dt BETWEEN date_format(((current_timestamp - INTERVAL '48' HOUR) AT TIME ZONE 'UTC'), '%Y-%m-%d')",
    );
    expect(before).toContain("hour <= hour(((current_timestamp - INTERVAL '24' HOUR) AT TIME ZONE 'UTC'))");
    expect(askedValues(comparison, true)).toEqual(['tenant', 'tenant']);
    expect(askedValues(comparison, false)).toEqual([]);
  });
});

describe('storedQuery', () => {
  it('asks for what must be given and looks at the last 24 hours', () => {
    const sql = storedQuery(queryWith('trace_id'), true);
    expect(sql).toMatch(/^SELECT \? WHERE \(dt BETWEEN date_format\(.*INTERVAL '24' HOUR.* AND tenant = \?\)$/);
  });

  // "Currently, ? parameters can be placed only in the WHERE clause", and the console takes up to 25: Athena's user guide, "Use
  // parameterized queries".
  it.each(readQueryFiles())('of $name has a ? in WHERE clauses alone, and not too many', ({ name, text }) => {
    for (const tenants of [false, true]) {
      const sql = storedQuery(parseNamedQuery(name, text), tenants);
      const clauses = clausesOfQuestionMarks(sql);
      expect(clauses).toEqual(clauses.map(() => 'WHERE'));
      expect(clauses.length).toBeLessThanOrEqual(25);
    }
  });

  it('is checked by something that sees a ? elsewhere', () => {
    expect(
      clausesOfQuestionMarks("SELECT ?, f('? FROM', ?) FROM (SELECT a FROM b WHERE c IN (?) LIMIT ?) ORDER BY ?"),
    ).toEqual(['SELECT', 'SELECT', 'WHERE', 'LIMIT', 'ORDER']);
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

/** Of each ? in the statement, the clause that it stands in. */
function clausesOfQuestionMarks(sql: string): string[] {
  const found: string[] = [];
  const clauses = [''];
  const code = sql.replaceAll(/--[^\n]*/g, '').replaceAll(/'(?:[^']|'')*'/g, "''");
  for (const [token] of code.matchAll(/[()?]|\b(?:SELECT|FROM|WHERE|GROUP|HAVING|ORDER|LIMIT|ON|FILTER)\b/g)) {
    if (token === '(') clauses.push(clauses.at(-1) ?? '');
    else if (token === ')') clauses.pop();
    else if (token === '?') found.push(clauses.at(-1) ?? '');
    else clauses[clauses.length - 1] = token;
  }
  return found;
}
