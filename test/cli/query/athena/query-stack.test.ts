import { describe, expect, it } from 'vitest';
import { ask } from '../support/ask.ts';
import { useAthenaStacks } from '../support/athena-stack.ts';

const service = useAthenaStacks();
const STACK = ['--stack', 'Tailgate'];

const COUNT = {
  columns: [{ name: 'n', type: 'bigint' }],
  rows: [['n'], ['42']],
};

describe('query --stack', () => {
  it('asks in the workgroup and database of the stack, and waits for the end', async () => {
    const { athena } = service;
    athena.answer = () => ({ ...COUNT, states: ['QUEUED', 'RUNNING', 'QUEUED', 'RUNNING', 'SUCCEEDED'] });
    const { code, out } = await ask([...STACK, '--json', 'SELECT count(*) AS n FROM traces']);
    expect({ code, out }).toEqual({ code: 0, out: '{"n":42}\n' });
    expect(athena.executions[0]?.input).toMatchObject({
      QueryString: 'SELECT count(*) AS n FROM traces',
      WorkGroup: 'tailgate',
      QueryExecutionContext: { Database: 'tailgate_db' },
    });
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
});
