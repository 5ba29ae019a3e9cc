import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { InterruptedError } from '../../../../lib/terminal/errors.ts';
import { RecordingTerminal } from '../../../support/recording-terminal.ts';
import { ask } from '../support/ask.ts';
import { useAthenaStacks } from '../support/athena-stack.ts';

const service = useAthenaStacks();
const FOR_EVER = { states: ['RUNNING'] as const, scannedBytes: 123_000_000 };

interface Interruption {
  /** The call at which it comes, once Athena has answered it. */
  readonly at: string;
  /** Which one of these calls. */
  readonly nth?: number;
  /** Another call at which it comes once more. */
  readonly again?: string;
  readonly signal?: NodeJS.Signals;
}

/** Runs the command as a process, and interrupts it. */
async function run({ at, nth = 1, again, signal = 'SIGINT' }: Interruption) {
  const command = spawn(process.execPath, ['bin/tailgate.mjs', 'query', '--stack', 'Tailgate', '--json', 'SELECT 1'], {
    env: { ...process.env, ...service.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let seen = 0;
  service.athena.onCall = (operation) => {
    if (operation === again || (operation === at && ++seen === nth)) command.kill(signal);
  };
  const [out, complaints, [code]] = await Promise.all([
    text(command.stdout),
    text(command.stderr),
    once(command, 'exit'),
  ]);
  return { code, out, complaints };
}

describe('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '(%s) cancels the query, waits for that, and says what it cost',
    async (signal) => {
      service.athena.answer = () => FOR_EVER;
      expect(await run({ at: 'GetQueryExecution', nth: 2, signal })).toEqual({
        code: 130,
        out: '',
        complaints: expect.stringMatching(/^cancelled: scanned 123 MB for \$0\.000615 .*\n$/),
      });
      expect(service.athena.calls.slice(-2)).toEqual(['StopQueryExecution', 'GetQueryExecution']);
      expect(service.athena.executions).toMatchObject([{ isStopped: true }]);
    },
  );

  it('cancels a query of which it does not know yet that it has started', async () => {
    const controller = new AbortController();
    service.athena.answer = () => {
      controller.abort(new InterruptedError());
      return FOR_EVER;
    };
    const terminal = new RecordingTerminal({ controller });
    const { code } = await ask(['--stack', 'Tailgate', 'SELECT 1'], undefined, { terminal });
    expect(code).toBe(130);
    expect(service.athena.executions).toMatchObject([{ isStopped: true }]);
  });

  it('that arrives a second time, as npm hands it on, is no other one', async () => {
    service.athena.answer = () => FOR_EVER;
    expect(await run({ at: 'GetQueryExecution', again: 'StopQueryExecution' })).toMatchObject({
      code: 130,
      complaints: expect.stringMatching(/^cancelled: /),
    });
  });

  it('says when the query could not be cancelled', async () => {
    service.athena.answer = () => FOR_EVER;
    service.athena.faults.set('StopQueryExecution', [
      { status: 400, type: 'AccessDeniedException', message: 'not authorized to perform: athena:StopQueryExecution' },
    ]);
    const { code, complaints } = await run({ at: 'GetQueryExecution' });
    expect(code).toBe(1);
    expect(complaints).toMatch(
      /^error: query 0{8}-\S+ of workgroup tailgate could not be cancelled, and goes on: not auth/,
    );
  });

  it('ends the output of an answer that has many pages', async () => {
    service.athena.pageSize = 1;
    const rows = Array.from({ length: 20_000 }, (_, n) => [String(n)]);
    service.athena.answer = () => ({ columns: [{ name: 'n', type: 'bigint' }], rows: [['n'], ...rows] });
    const { code, out } = await run({ at: 'GetQueryResults', nth: 5 });
    expect(code).toBe(130);
    expect(out.split('\n').length).toBeLessThan(rows.length);
  });
});
