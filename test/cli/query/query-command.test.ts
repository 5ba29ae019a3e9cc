import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_QUERIES } from '../../../lib/cli/query/library.ts';
import { dataFolderWith, line, newDataFolder, oneSpan, PARTITION, writeObject } from './support/archive-folder.ts';
import { ask, rowsOf } from './support/ask.ts';

describe('query', () => {
  it('draws a table on a terminal, with the number of rows and the time below', async () => {
    const dataDir = dataFolderWith([line([])]);
    const { code, out } = await ask(['--data', dataDir, 'SELECT root_service, span_count FROM traces'], 80);
    expect(code).toBe(0);
    expect(out).toMatch(/^root_service {2}span_count\n─{12} {2}─{10}\ngateway {16}2\n1 row in \d+\.\d\d s\n$/);
  });

  it('separates by tabs when piped, and nothing in a value breaks the line', async () => {
    const dataDir = dataFolderWith([line([], { root_name: 'a\tb\nc\u001b[31m\u202e' })]);
    const { out } = await ask([
      '--data',
      dataDir,
      'SELECT root_name, services, seq FROM (SELECT *, 1 AS seq FROM traces)',
    ]);
    expect(out).toBe('root_name\tservices\tseq\na\\tb\\nc\\u001b[31m\\u202e\t["gateway","payment"]\t1\n');
  });

  it('writes values as JSON can carry them', async () => {
    const sql = `SELECT 9007199254740991::BIGINT AS exact, 9007199254740992::BIGINT AS beyond, 'NaN'::DOUBLE AS nan,
      1.50::DECIMAL(5,2) AS "decimal", DATE '2026-09-15' AS day, TIMESTAMPTZ '2026-09-15 09:12:33.5+02' AS instant,
      TIMESTAMP '2026-09-15 07:12:33.123456' AS precise, MAP {'a': 1} AS map, {'x': [1, NULL]} AS struct, NULL AS nothing`;
    expect(await rowsOf(newDataFolder(), sql)).toEqual([
      {
        exact: 9007199254740991,
        beyond: '9007199254740992',
        nan: 'NaN',
        decimal: 1.5,
        day: '2026-09-15',
        instant: '2026-09-15T07:12:33.5Z',
        precise: '2026-09-15T07:12:33.123456Z',
        map: { a: 1 },
        struct: { x: [1, null] },
        nothing: null,
      },
    ]);
  });

  it.each([
    { archive: 'there is no archive', dataDir: () => newDataFolder() },
    {
      archive: 'the archive has fences only',
      dataDir: () => {
        const dataDir = newDataFolder();
        writeObject(dataDir, `${PARTITION}/traces_1.jsonl.gz`, []);
        return dataDir;
      },
    },
  ])('answers with a hint when $archive', async ({ dataDir }) => {
    const { code, out, complaints } = await ask(['--data', dataDir(), '--json', 'SELECT count(*) AS n FROM spans']);
    expect({ code, out }).toEqual({ code: 0, out: '{"n":0}\n' });
    expect(complaints).toEqual([expect.stringMatching(/^hint: no kept traces under .* yet$/)]);
  });

  it('lists views, columns and examples without an argument, also without a data folder', async () => {
    const { code, out } = await ask(['--data', '/nowhere'], 80);
    expect(code).toBe(0);
    expect(out).toContain('traces: one row per kept trace');
    expect(out).toMatch(/^ {2}http_status {9}INTEGER {15}Attribute/m);
    expect(out.split('\n').filter((text) => text.length > 80 && text.startsWith('  '))).toEqual([]);
  });

  it.each(EXAMPLE_QUERIES)('answers the example "$title"', async ({ sql }) => {
    const span = {
      status: { code: 2 },
      attributes: [{ key: 'server.address', value: { stringValue: 'bank' } }],
      events: [{ name: 'exception', attributes: [{ key: 'exception.type', value: { stringValue: 'E' } }] }],
    };
    expect(await rowsOf(dataFolderWith([line(oneSpan(span))]), sql)).toHaveLength(1);
  });

  it.each([
    { argv: ['SELEC 1'], says: /syntax error at or near "SELEC"/ },
    { argv: ['SELECT nope FROM traces'], says: /column "nope" not found/ },
    { argv: ['SELECT 1; SELECT 2'], says: /expected one SQL statement, got 2/ },
    { argv: ['/* nothing */;'], says: /expected one SQL statement, got none/ },
    { argv: ['SELECT $1'], says: /has parameters/ },
    { argv: ["SELECT * FROM read_text('/etc/hostname')"], says: /Cannot access file "\/etc\/hostname"/ },
    { argv: ["SET memory_limit = '1GB'"], says: /this tool only reads/ },
    { argv: ['CREATE TABLE t (a int)'], says: /this tool only reads/ },
  ])('fails $argv with one message', async ({ argv, says }) => {
    const { code, out, complaints } = await ask(['--data', newDataFolder(), ...argv]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(complaints).toEqual([expect.stringMatching(says)]);
    expect(complaints[0]).not.toMatch(/\n +at /);
  });

  it.each([
    { argv: ['SELECT', '*'], says: 'unexpected argument "*": put the SQL in double quotes' },
    { argv: ['--jsn', 'SELECT 1'], says: 'unknown option --jsn; did you mean "--json"?' },
    { argv: ['--name', 'errors', 'SELECT 1'], says: 'expected a query by its name, and no statement' },
    { argv: ['SELECT 1', '--tenant', 'shop'], says: '--tenant goes with a query of the library' },
    { argv: ['SELECT 1', '--prices', 'p.json'], says: '--prices goes with --stack' },
    { argv: ['SELECT 1', '--stack', 'a', '--data', 'b'], says: 'expected one of --stack, --data' },
    { argv: ['errors', '--service', 'a', '--service', 'b'], says: '--service is given twice: it takes one value' },
    { argv: ['errors', '--servic', 'a'], says: 'errors has no --servic: it has --service' },
    { argv: ['error'], says: 'there is no query "error"; did you mean "errors"?' },
  ])('refuses the command line $argv', async ({ argv, says }) => {
    const { code, out, complaints } = await ask(argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(complaints).toEqual([
      expect.stringContaining(`error: ${says}`),
      'tailgate query --help shows what it takes',
    ]);
  });

  it('fails on a data folder that does not exist', async () => {
    const { code, complaints } = await ask(['--data', '/nowhere', 'SELECT 1']);
    expect({ code, complaints }).toEqual({
      code: 1,
      complaints: [
        'error: no data folder at /nowhere: start Tailgate first (tailgate start), or name another with --data',
      ],
    });
  });

  it.each([
    '',
    'EXPLAIN ANALYZE ',
    'EXPLAIN (ANALYZE) ',
    '/* x */ EXPLAIN ANALYZE ',
    'EXPLAIN ANALYZE EXPLAIN ANALYZE ',
  ])('does not write into the archive with %sCOPY', async (prefix) => {
    const dataDir = dataFolderWith([line([])]);
    const target = join(dataDir, 'archive', 'traces', 'stolen.jsonl');
    const { code } = await ask(['--data', dataDir, `${prefix}COPY (SELECT 1) TO '${target}'`]);
    expect(code).toBe(1);
    expect(existsSync(target)).toBe(false);
  });

  it.each([
    'EXPLAIN SELECT * FROM spans',
    'EXPLAIN ANALYZE FROM traces',
    'SUMMARIZE traces',
    'SHOW TABLES',
    'FROM traces;',
  ])('answers %s', async (sql) => {
    expect((await ask(['--data', dataFolderWith([line([])]), sql], 80)).code).toBe(0);
  });

  it('runs as a process, and leaves nothing in the data folder', async () => {
    const dataDir = dataFolderWith([line([])]);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      'bin/tailgate.mjs',
      'query',
      'SELECT root_service, count(*) AS n FROM traces GROUP BY 1',
      '--json',
      '--data',
      dataDir,
    ]);
    expect({ stdout, stderr }).toEqual({ stdout: '{"root_service":"gateway","n":1}\n', stderr: '' });
    expect(readdirSync(dataDir)).toEqual(['archive']);
  });
});
