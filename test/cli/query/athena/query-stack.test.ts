import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { RecordingTerminal } from '../../../support/recording-terminal.ts';
import { newDataFolder } from '../support/archive-folder.ts';
import { ask } from '../support/ask.ts';
import { useAthenaStacks } from '../support/athena-stack.ts';

/** A module that tells of each package of the AWS SDK that is loaded. */
const LISTS_AWS = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ load(url, context, next) {
    const name = /@aws-sdk\\/[^/]+/.exec(url)?.[0];
    if (name) console.error('loaded ' + name);
    return next(url, context);
  } });`)}`;
const service = useAthenaStacks();
const STACK = ['--stack', 'Tailgate'];

const COUNT = { columns: [{ name: 'n', type: 'bigint' }], rows: [['n'], ['42']] };

/** What is to be read on standard error when all went well: no error, only what it cost. */
const onlyTheSummary = [expect.stringMatching(/^scanned /)];

describe('query --stack', () => {
  it('asks in the workgroup and database of the stack, and waits for the end', async () => {
    const { athena } = service;
    athena.answer = () => ({ ...COUNT, states: ['QUEUED', 'RUNNING', 'QUEUED', 'RUNNING', 'SUCCEEDED'] });
    const { code, out, complaints } = await ask([...STACK, '--json', 'SELECT count(*) AS n FROM traces']);
    expect({ code, out, complaints }).toEqual({ code: 0, out: '{"n":42}\n', complaints: onlyTheSummary });
    expect(athena.executions.map(({ input }) => input)).toMatchObject([
      {
        QueryString: 'SELECT count(*) AS n FROM traces',
        WorkGroup: 'tailgate',
        QueryExecutionContext: { Database: 'tailgate_db' },
      },
    ]);
    expect(athena.calls.filter((call) => call === 'GetQueryExecution')).toHaveLength(5);
  });

  it('draws a table on a terminal, and separates by tabs in a pipe', async () => {
    service.athena.answer = () => ({
      columns: [
        { name: 'service', type: 'varchar' },
        { name: 'n', type: 'bigint' },
      ],
      rows: [
        ['service', 'n'],
        ['cart\t\u001b[31m', '42'],
        [null, null],
      ],
    });
    const onTerminal = await ask([...STACK, 'SELECT 1'], 80);
    expect(onTerminal.out).toMatch(
      /^service {14}n\n─+ {2}─+\ncart\\t\\u001b\[31m {4}42\nNULL {14}NULL\n2 rows in \d+\.\d\d s\n$/,
    );
    expect((await ask([...STACK, 'SELECT 1'])).out).toBe('service\tn\ncart\\t\\u001b[31m\t42\nNULL\tNULL\n');
  });

  it('waits longer from look to look, up to three seconds', async () => {
    const pauses: number[] = [];
    const states = [...Array.from({ length: 9 }, () => 'RUNNING' as const), 'SUCCEEDED' as const];
    service.athena.answer = () => ({ ...COUNT, states });
    await ask([...STACK, 'SELECT 1'], undefined, { pause: async (ms) => void pauses.push(ms) });
    expect(pauses.slice(0, 3)).toEqual([200, 300, 450]);
    expect(pauses.at(-1)).toBe(3000);
    expect(pauses).toHaveLength(9);
  });

  it('shows on a terminal how far it is, and clears that before the answer', async () => {
    const events: string[] = [];
    class EventTerminal extends RecordingTerminal {
      override progress(describe: () => string) {
        const progress = super.progress(describe);
        return {
          finish() {
            events.push('finish');
            progress.finish();
          },
        };
      }
      override async write(text: string) {
        events.push(text);
      }
      override complain(line: string) {
        events.push(line.slice(0, 15));
      }
    }
    service.athena.answer = () => ({ ...COUNT, scannedBytes: 12_345_678, states: ['QUEUED', 'RUNNING', 'SUCCEEDED'] });
    const terminal = new EventTerminal();
    const pause = async () => void events.push((terminal.describe?.() ?? '').replace(/\d+ s/, 'N s'));
    await ask([...STACK, '--json', 'SELECT 1'], undefined, { terminal, pause });
    expect(events).toEqual([
      'QUEUED N s, 12.3 MB scanned',
      'RUNNING N s, 12.3 MB scanned',
      'finish',
      '{"n":42}\n',
      'scanned 12.3 MB',
      'finish',
    ]);
  });

  // $5 for a terabyte, in whole megabytes, ten at least: https://aws.amazon.com/athena/pricing/
  it.each([
    { scannedBytes: 0, says: 'scanned 0 bytes for $0.000050 (prices of us-east-1, 2026-11-21)' },
    { scannedBytes: 9_999_999, says: 'scanned 10.0 MB for $0.000050 ' },
    { scannedBytes: 10_000_001, says: 'scanned 10.0 MB for $0.000055 ' },
    { scannedBytes: 1_000_000_000_000, says: 'scanned 1.00 TB for $5.000000 ' },
  ])('says that $scannedBytes bytes were $says', async ({ scannedBytes, says }) => {
    service.athena.answer = () => ({ ...COUNT, scannedBytes });
    const { complaints } = await ask([...STACK, 'SELECT 1']);
    expect(complaints).toEqual([expect.stringContaining(says)]);
    expect(complaints[0]).toMatch(/; engine 2\.3 s, queued 0\.1 s; query 00000000-0000-4000-8000-000000000001$/);
  });

  it('says that SHOW costs nothing', async () => {
    service.athena.answer = () => ({ statementType: 'UTILITY', columns: [{ name: 'tab_name', type: 'string' }] });
    const { complaints } = await ask([...STACK, 'SHOW TABLES']);
    expect(complaints).toEqual([expect.stringContaining('scanned 0 bytes for $0.000000 ')]);
  });

  it('says that EXPLAIN ANALYZE costs what it reads', async () => {
    const columns = [{ name: 'Query Plan', type: 'varchar' }];
    service.athena.answer = () => ({ statementType: 'UTILITY', columns, scannedBytes: 20_000_000 });
    const { complaints } = await ask([...STACK, 'EXPLAIN ANALYZE SELECT 1']);
    expect(complaints).toEqual([expect.stringContaining('scanned 20.0 MB for $0.000100 ')]);
  });

  it('asks again when Athena is asked too often, with the same query', async () => {
    const { athena } = service;
    const fault = { status: 400, type: 'ThrottlingException', message: 'Rate exceeded' };
    athena.faults.set('StartQueryExecution', [
      {
        status: 400,
        type: 'TooManyRequestsException',
        message: 'You have exceeded the limit for the number of queries',
      },
    ]);
    athena.faults.set('GetQueryExecution', [fault]);
    athena.faults.set('GetQueryResults', [fault]);
    athena.answer = () => COUNT;
    const { code, out } = await ask([...STACK, '--json', 'SELECT 1']);
    expect({ code, out }).toEqual({ code: 0, out: '{"n":42}\n' });
    expect(athena.executions).toHaveLength(1);
  });

  it('lists the views with the types that Athena has, without a statement', async () => {
    const { out } = await ask(STACK, 80);
    expect(out).toMatch(/^ {2}http_status {9}integer {15}Attribute/m);
    expect(out).toMatch(/^ {2}events {14}array\(row\) {12}Events/m);
    expect(out).toMatch(/tailgate query --list\n$/);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(service.athena.calls).toEqual([]);
  });

  it('is the only one to load the AWS SDK', async () => {
    const loaded = async (...argv: string[]) => {
      const { stderr } = await promisify(execFile)(
        process.execPath,
        ['--import', LISTS_AWS, 'bin/tailgate.mjs', 'query', ...argv],
        {
          env: { ...process.env, ...service.environment },
        },
      );
      return stderr.includes('loaded @aws-sdk/client-athena');
    };
    service.athena.answer = () => COUNT;
    expect(await loaded('--data', newDataFolder(), 'SELECT 1')).toBe(false);
    expect(await loaded(...STACK, 'SELECT 1')).toBe(true);
  });
});
