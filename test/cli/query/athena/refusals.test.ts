import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { newDataFolder } from '../support/archive-folder.ts';
import { ask } from '../support/ask.ts';
import { useAthenaStacks } from '../support/athena-stack.ts';

const service = useAthenaStacks();

async function failure(argv: readonly string[], expected = 1): Promise<string> {
  const { code, out, complaints } = await ask(argv);
  expect({ code, out }).toEqual({ code: expected, out: '' });
  expect(complaints.slice(1)).toEqual(expected === 2 ? ['tailgate query --help shows what it takes'] : []);
  expect(complaints[0]).toMatch(/^error: /);
  expect(complaints[0]).not.toMatch(/\n +at /);
  return complaints[0] ?? '';
}

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

describe('before any call to Athena', () => {
  it.each([
    { argv: ['--name', 'waterfall'], says: '--trace-id is missing' },
    { argv: ['--name', 'waterfall', '--trace-id', "'; DROP TABLE x"], says: '--trace-id: expected a trace ID' },
    { argv: ['--name', 'red', '--from', 'soon'], says: '--from: expected 2026-11-21' },
    { argv: ['--name', 'nope'], says: 'there is no query "nope"' },
    { argv: ['--name', 'red', '--tenant', 'a/b'], says: '--tenant is "a/b": expected lower-case' },
    { argv: [`SELECT '${'x'.repeat(262_144)}'`], code: 1, says: 'has 262153 bytes: Athena takes 262144' },
    {
      argv: ['SELECT 1', '--tenant', 'shop'],
      says: '--tenant goes with a query of the library: a statement of your own says it',
    },
    { argv: ['SELECT 1', '--data', 'x'], says: 'expected one of --stack, --data' },
    { argv: ['SELECT 1', '--prices', '/nowhere'], code: 1, says: '/nowhere cannot be read: there is no such file' },
  ])('is refused, and the stack is not even looked up: $argv.0 $argv.1', async ({ argv, code = 2, says }) => {
    vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', 'http://127.0.0.1:1');
    expect(await failure(['--stack', 'Tailgate', ...argv], code)).toContain(says);
    expect(service.athena.calls).toEqual([]);
  });

  it.each([
    { from: daysAgo(40), says: `the archive keeps 30 days, so that queries see ${daysAgo(32)} to ${daysAgo(-1)}` },
    { from: daysAgo(-3), to: daysAgo(-4), says: `got ${daysAgo(-3)}` },
  ])('is told that a window from $from is outside of what the stack keeps', async ({ from, to, says }) => {
    const argv = ['--stack', 'Tailgate', '--name', 'red', '--from', from, ...(to === undefined ? [] : ['--to', to])];
    expect(await failure(argv, 2)).toContain(says);
    expect(service.athena.calls).toEqual([]);
  });

  it('is told that a tenant has to be named, or that there are none', async () => {
    expect(await failure(['--stack', 'Tenants', '--name', 'red'], 2)).toContain('--tenant is missing');
    expect(await failure(['--stack', 'Tailgate', '--name', 'red', '--tenant', 'a'], 2)).toContain(
      'red has no --tenant',
    );
    expect(service.athena.calls).toEqual([]);
    expect((await ask(['--stack', 'Tenants', '--name', 'red', '--tenant', 'shop'])).code).toBe(0);
    expect(service.athena.statements).toEqual([expect.stringContaining("AND tenant = 'shop'")]);
  });

  it.each([
    'DROP TABLE traces_otlp',
    'INSERT INTO t SELECT 1',
    'CREATE TABLE t AS SELECT 1',
    "UNLOAD (SELECT 1) TO 's3://x' WITH (format = 'JSON')",
    'EXPLAIN ANALYZE INSERT INTO t SELECT 1',
    'EXPLAIN ANALYZE VERBOSE (DELETE FROM t)',
    'EXPLAIN (TYPE IO, FORMAT JSON) MERGE INTO t USING s ON 1 = 1 WHEN MATCHED THEN DELETE',
    'EXECUTE p',
    'MSCK REPAIR TABLE t',
    '/* SELECT */ DROP TABLE t',
    '/* /* */ DROP TABLE t',
    // A carriage return ends a comment of Trino.
    ' -- x\rDROP TABLE t --\nSELECT 1',
    '(((VACUUM t)))',
    'FROM traces',
  ])('does not take %j', async (sql) => {
    expect(await failure(['--stack', 'Tailgate', sql])).toContain('this tool only reads: expected SELECT');
    expect(service.athena.calls).toEqual([]);
  });

  it.each([
    { sql: 'SELECT 1; DROP TABLE t', count: '2' },
    { sql: " ; -- 'x'", count: 'none' },
  ])('takes one statement: not $sql', async ({ sql, count }) => {
    expect(await failure(['--stack', 'Tailgate', sql])).toContain(`expected one SQL statement, got ${count}`);
  });

  it.each([
    'select 1',
    "SELECT '; DROP' AS \"a;b\" -- it's;\n;",
    'WITH a AS (SELECT 1) SELECT * FROM a',
    '(SELECT 1) UNION ALL (SELECT 2)',
    '/* insert */ VALUES 1',
    'SHOW PARTITIONS traces_otlp',
    'DESCRIBE traces',
    'EXPLAIN (SELECT 1)',
    'explain analyze (format json) select 1',
    'EXPLAIN(TYPE DISTRIBUTED) WITH a AS (SELECT 1) TABLE a',
  ])('takes %s', async (sql) => {
    expect((await ask(['--stack', 'Tailgate', sql])).code).toBe(0);
    expect(service.athena.statements).toEqual([sql]);
  });
});

describe('what goes wrong is explained', () => {
  it('when there is no such stack, or it is none of Tailgate', async () => {
    expect(await failure(['--stack', 'Nope', 'SELECT 1'])).toMatch(/there is no stack Nope in eu-central-1/);
    expect(await failure(['--stack', 'Foreign', 'SELECT 1'])).toMatch(
      /has no output Database .*is it a Tailgate stack/,
    );
  });

  it('when there are no credentials, or no region', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE']) vi.stubEnv(name, '/nowhere');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    expect(await failure(['--stack', 'Tailgate', 'SELECT 1'])).toMatch(/^error: no AWS credentials: set AWS_PROFILE/);
    vi.stubEnv('AWS_REGION', undefined);
    expect(await failure(['--stack', 'Tailgate', 'SELECT 1'])).toMatch(/^error: no AWS region/);
  });

  it('when a permission is missing', async () => {
    const message = 'User: arn:aws:iam::1:user/a is not authorized to perform: athena:StartQueryExecution';
    service.athena.faults.set('StartQueryExecution', [{ status: 400, type: 'AccessDeniedException', message }]);
    expect(await failure(['--stack', 'Tailgate', 'SELECT 1'])).toBe(
      `error: the AWS credentials lack a permission: ${message}`,
    );
  });

  it('when the state of the query cannot be seen, and the query does not go on unseen', async () => {
    const message = 'User: arn:aws:iam::1:user/a is not authorized to perform: athena:GetQueryExecution';
    service.athena.faults.set('GetQueryExecution', [{ status: 400, type: 'AccessDeniedException', message }]);
    expect(await failure(['--stack', 'Tailgate', 'SELECT 1'])).toContain(message);
    expect(service.athena.executions).toMatchObject([{ isStopped: true }]);
  });

  it('when Athena is asked too often for long', { timeout: 60_000 }, async () => {
    const fault = { status: 400, type: 'ThrottlingException', message: 'Rate exceeded' };
    service.athena.faults.set(
      'StartQueryExecution',
      Array.from({ length: 9 }, () => fault),
    );
    expect(await failure(['--stack', 'Tailgate', 'SELECT 1'])).toBe(
      'error: AWS is throttling requests: try again in a minute (Rate exceeded)',
    );
  });

  it('when the query fails, in the words of Athena', async () => {
    const reason = "SYNTAX_ERROR: line 1:8: Column 'nope' cannot be resolved";
    service.athena.answer = () => ({ states: ['RUNNING', 'FAILED'], reason });
    expect(await failure(['--stack', 'Tailgate', 'SELECT nope'])).toMatch(
      /^error: query 0{8}-\S+ failed: SYNTAX_ERROR: line 1:8: Column 'nope' cannot be resolved\nAthena reads SQL as Trino does/,
    );
  });

  it('when it reads more than the workgroup allows', async () => {
    service.athena.answer = () => ({
      states: ['RUNNING', 'CANCELLED'],
      reason: 'Bytes scanned limit was exceeded',
      scannedBytes: 10_737_418_240,
    });
    expect(await failure(['--stack', 'Tailgate', 'SELECT 1'])).toMatch(
      /was cancelled: Bytes scanned limit was exceeded\nit had read 10\.7 GB, more than workgroup tailgate allows one query\. Ask for fewer hours/,
    );
  });

  it('when a statement names no tenant', async () => {
    const reason =
      'CONSTRAINT_VIOLATION: For the injected projected partition column tenant, the WHERE clause must contain only static ' +
      'equality conditions, and at least one such condition must be present.';
    service.athena.answer = () => ({ states: ['FAILED'], reason });
    expect(await failure(['--stack', 'Tenants', 'SELECT 1 FROM traces'])).toContain("WHERE tenant = '…'");
  });

  it.each([
    { state: 'CANCELLED' as const, says: 'was cancelled: by another user' },
    { state: 'FAILED' as const, says: 'failed: Athena gives no reason' },
  ])('when it is $state without a reason', async ({ state, says }) => {
    service.athena.answer = () => ({ states: ['RUNNING', state] });
    expect(await failure(['--stack', 'Tailgate', 'SELECT 1'])).toContain(says);
  });
});

it('prices of another region are those of tailgate cost', async () => {
  const file = join(newDataFolder(), 'prices.json');
  writeFileSync(file, JSON.stringify({ region: 'sa-east-1', date: '2026-11-01', prices: { athenaScan: 9 } }));
  service.athena.answer = () => ({ scannedBytes: 1e12 });
  const { complaints } = await ask(['--stack', 'Tailgate', '--prices', file, 'SELECT 1']);
  expect(complaints).toEqual([expect.stringContaining('for $9.000000 (prices of sa-east-1, 2026-11-01)')]);
});
