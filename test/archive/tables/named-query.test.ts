import { describe, expect, it } from 'vitest';
import { parseNamedQuery } from '../../../lib/archive/tables/named-query.ts';
import { readQueryFiles } from '../../../lib/aws/filesystem/query-files.ts';

const FILE = `-- Slow things
--
-- Things that are slow,
-- slowest first.
-- @param service: text = any; service.name
-- @param step: minute | hour = hour; length of an interval
-- @param trace_id: trace_id; the trace
SELECT 1 FROM spans WHERE :window AND a = :service AND b = :step AND c = :trace_id
`;

describe('parseNamedQuery', () => {
  it('reads title, description, parameters and statement', () => {
    expect(parseNamedQuery('slow', FILE)).toEqual({
      name: 'slow',
      title: 'Slow things',
      description: 'Things that are slow, slowest first.',
      parameters: [
        { name: 'service', type: 'text', choices: [], defaultValue: null, meaning: 'service.name' },
        {
          name: 'step',
          type: 'choice',
          choices: ['minute', 'hour'],
          defaultValue: 'hour',
          meaning: 'length of an interval',
        },
        { name: 'trace_id', type: 'trace_id', choices: [], defaultValue: undefined, meaning: 'the trace' },
      ],
      sql: 'SELECT 1 FROM spans WHERE :window AND a = :service AND b = :step AND c = :trace_id',
    });
  });

  it.each([
    { what: 'no header', file: 'SELECT 1', says: 'slow: expected "-- title"' },
    { what: 'a wrong parameter', file: FILE.replace('text = any', 'texts'), says: 'expected "@param name: type' },
    {
      what: 'a value that is not declared',
      file: FILE.replace(':step', ':steps'),
      says: 'declared and used differ in step',
    },
    { what: 'no condition on the partitions', file: FILE.replace(':window', 'true'), says: 'differ in window' },
    {
      what: 'a window before without how far back it lies',
      file: FILE.replace(':window', ':window AND :window_before'),
      says: 'declared and used differ in before',
    },
  ])('refuses $what', ({ file, says }) => {
    expect(() => parseNamedQuery('slow', file)).toThrow(says);
  });
});

describe('the library', () => {
  it('has what was asked of it, all of it readable', () => {
    expect(readQueryFiles().map(({ name, text }) => parseNamedQuery(name, text).name)).toEqual([
      'by-attribute',
      'compare-windows',
      'critical-path',
      'dependencies',
      'errors',
      'failing-against-good',
      'incomplete-traces',
      'late-spans',
      'linked-traces',
      'n-plus-one',
      'policies',
      'red',
      'slow-requests',
      'spans',
      'timeouts',
      'trace-of-log',
      'waterfall',
    ]);
  });

  it.each(readQueryFiles())(
    '$name gives each value that must be given once, so that Athena asks for it once',
    ({ name, text }) => {
      const { parameters, sql } = parseNamedQuery(name, text);
      for (const parameter of parameters.filter(({ defaultValue }) => defaultValue === undefined)) {
        expect(sql.split(`:${parameter.name}`)).toHaveLength(2);
      }
    },
  );
});
