import { describe, expect, it } from 'vitest';
import { expandGrafana } from '../../support/grafana-macros.ts';

const VIEW = {
  from: new Date('2017-07-18T11:15:52.987Z'),
  to: new Date('2017-07-18T11:25:52Z'),
  interval: '5m',
  intervalMs: 300_000,
  variables: { service: "it's" },
};

// Outputs are those of the data source's documentation (docs/sources/query-editor.md) and of its own test, macros_test.go.
describe('a statement as Grafana sends it', () => {
  it.each([
    { sql: '$__timeFrom()', sent: "TIMESTAMP '2017-07-18 11:15:52'" },
    { sql: '$__timeTo()', sent: "TIMESTAMP '2017-07-18 11:25:52'" },
    { sql: "$__rawTimeFrom('yyyy-MM-dd HH:mm:ss')", sent: "'2017-07-18 11:15:52'" },
    { sql: '$__rawTimeTo', sent: "'2017-07-18 11:25:52'" },
    { sql: "$__rawTimeFrom('yyyy-MM-dd')", sent: "'2017-07-18'" },
    { sql: "CAST($__rawTimeTo('HH') AS integer)", sent: "CAST('11' AS integer)" },
    { sql: "$__timeGroup(time, '5m')", sent: 'FROM_UNIXTIME(FLOOR(TO_UNIXTIME(time)/300)*300)' },
    { sql: "$__timeGroup(time, '$__interval')", sent: 'FROM_UNIXTIME(FLOOR(TO_UNIXTIME(time)/300)*300)' },
    { sql: '$__interval_ms', sent: '300000' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is how Grafana writes it
    { sql: '${service:sqlstring}', sent: "'it''s'" },
  ])('$sql is $sent', ({ sql, sent }) => {
    expect(expandGrafana(sql, VIEW)).toBe(sent);
  });

  it.each(['$__timeFilters(x)', '$service', '$' + '{other:sqlstring}'])('cannot have %s', (sql) => {
    expect(() => expandGrafana(sql, VIEW)).toThrow('Grafana does not know $');
  });
});
