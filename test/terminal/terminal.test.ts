import { execFile } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { defineCommand } from '../../lib/terminal/define-command.ts';
import { CommandError, InterruptedError, ReaderGoneError, UsageError } from '../../lib/terminal/errors.ts';
import { runCommand } from '../../lib/terminal/run-program.ts';
import { createTerminal } from '../../lib/terminal/terminal.ts';
import { RecordingTerminal } from '../support/recording-terminal.ts';

const run = promisify(execFile);

class FakeStream extends EventEmitter {
  written = '';
  isFull = false;
  readonly isTTY: boolean;
  readonly columns: number | undefined;

  constructor(columns?: number) {
    super();
    this.isTTY = columns !== undefined;
    this.columns = columns;
  }

  write(text: string): boolean {
    this.written += text;
    return !this.isFull;
  }
}

class FakeProcess extends EventEmitter {
  readonly stdout: FakeStream;
  readonly stderr: FakeStream;
  readonly exit = vi.fn();

  constructor(stdout: FakeStream, stderr: FakeStream) {
    super();
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

function terminalOf(columns?: number) {
  const process = new FakeProcess(new FakeStream(columns), new FakeStream(columns));
  return { process, terminal: createTerminal(process as unknown as NodeJS.Process) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a terminal', () => {
  it('keeps results and everything else apart', async () => {
    const { process, terminal } = terminalOf();
    terminal.print('a result');
    terminal.complain('a hint');
    await terminal.write('as it is');
    expect(process.stdout.written).toBe('a result\nas it is');
    expect(process.stderr.written).toBe('a hint\n');
  });

  it('knows its width, and that a pipe has none', () => {
    expect(terminalOf(120).terminal.width).toBe(120);
    expect(terminalOf().terminal.width).toBeUndefined();
  });

  it('waits for a reader that is slower', async () => {
    const { process, terminal } = terminalOf();
    process.stdout.isFull = true;
    const onWritten = vi.fn();
    const written = terminal.write('much').then(onWritten);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(onWritten).not.toHaveBeenCalled();
    process.stdout.emit('drain');
    await written;
  });

  it('ends the process when standard output fails', () => {
    const { process } = terminalOf();
    process.stdout.emit('error', Object.assign(new Error('broken'), { code: 'EIO' }));
    expect(process.exit).toHaveBeenCalledExactlyOnceWith(1);
  });

  it('outlives it on demand: a server does not end because its log has no room', () => {
    const { process, terminal } = terminalOf();
    terminal.outliveOutput();
    process.stdout.emit('error', Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
    expect(process.exit).not.toHaveBeenCalled();
    terminal.print('there is room again');
    expect(process.stdout.written).toBe('there is room again\n');
  });

  it('prints for nobody once the reader has closed the pipe, and lets the command end as it would', async () => {
    const { process, terminal } = terminalOf();
    process.stdout.isFull = true;
    const written = terminal.write('much');
    process.stdout.emit('error', Object.assign(new Error('closed'), { code: 'EPIPE' }));
    await expect(written).rejects.toThrow(ReaderGoneError);
    terminal.print('more');
    await expect(terminal.write('more')).rejects.toThrow(ReaderGoneError);
    expect(process.stdout.written).toBe('much');
    expect(process.exit).not.toHaveBeenCalled();
  });

  it('shows what would command it', () => {
    const { process, terminal } = terminalOf();
    terminal.complain('error: "\u001b]0;title\u0007\u061c"\nsecond line');
    expect(process.stderr.written).toBe('error: "\\u001b]0;title\\u0007\\u061c"\nsecond line\n');
  });

  it('goes on without a reader of standard error', () => {
    const { process } = terminalOf();
    process.stderr.emit('error', new Error('closed'));
    expect(process.exit).not.toHaveBeenCalled();
  });

  it('says the reason of an interruption, which it gives once', () => {
    const { process, terminal } = terminalOf();
    const signal = terminal.interruption();
    expect(terminal.interruption()).toBe(signal);
    process.emit('SIGTERM', 'SIGTERM');
    expect(signal.reason).toBeInstanceOf(InterruptedError);
    expect(signal.reason).toMatchObject({ signal: 'SIGTERM' });
    expect(process.exit).not.toHaveBeenCalled();
  });

  it.each(['SIGINT', 'SIGTERM'])('of a command that has nothing to put in order ends with 130 on %s', (signal) => {
    const { process } = terminalOf();
    process.emit(signal, signal);
    expect(process.exit).toHaveBeenCalledExactlyOnceWith(130);
  });
});

describe('the line of progress', () => {
  const CLEAR = '\r\u001b[2K';

  it('changes in place, gives way to lines, and is gone at the end', () => {
    const { process, terminal } = terminalOf(10);
    let done = 0;
    const progress = terminal.progress(() => `${++done} of many things`);
    expect(process.stderr.written).toBe('');
    vi.advanceTimersByTime(400);
    expect(process.stderr.written).toBe(`${CLEAR}1 of many${CLEAR}2 of many`);
    process.stderr.written = '';
    terminal.complain('a hint');
    terminal.print('a result');
    expect(process.stderr.written).toBe(`${CLEAR}a hint\n`);
    vi.advanceTimersByTime(200);
    progress.finish();
    progress.finish();
    vi.advanceTimersByTime(10_000);
    expect(process.stderr.written).toBe(`${CLEAR}a hint\n${CLEAR}3 of many${CLEAR}`);
  });

  it('is a line every ten seconds in a pipe, where a command wants that, and nothing otherwise', () => {
    const { process, terminal } = terminalOf();
    const silent = terminal.progress(() => 'silent');
    vi.advanceTimersByTime(60_000);
    silent.finish();
    expect(process.stderr.written).toBe('');
    const spoken = terminal.progress(() => 'a line that is longer than any terminal', { alsoInPipe: true });
    vi.advanceTimersByTime(20_000);
    spoken.finish();
    expect(process.stderr.written).toBe('a line that is longer than any terminal\n'.repeat(2));
  });
});

describe('colours', () => {
  it.each([
    [{}, false],
    [{ FORCE_COLOR: '1' }, true],
    [{ NO_COLOR: '1' }, false],
  ])('in a pipe with %j: %s', async (env, isColoured) => {
    vi.useRealTimers();
    const { FORCE_COLOR, NO_COLOR, ...rest } = process.env;
    const { stdout } = await run(process.execPath, ['bin/tailgate.mjs', 'query', '--list'], {
      env: { ...rest, ...env },
    });
    expect(stdout.includes('\u001b[1m')).toBe(isColoured);
  });
});

describe('the end of a command', () => {
  const ended = async (run: () => never) => {
    const terminal = new RecordingTerminal();
    const definition = { name: 'try', summary: '', description: '', examples: [], load: async () => run };
    const program = { name: 'tailgate', explain: (error: unknown) => `explained: ${error}` };
    const code = await runCommand(program, defineCommand(definition), [], terminal);
    return { code, complaints: terminal.complaints };
  };

  it.each([
    [new UsageError(['a', 'b']), 2, ['error: a', 'error: b', 'tailgate try --help shows what it takes']],
    [new CommandError('it is not there'), 1, ['error: it is not there']],
    [new CommandError(['a', 'b']), 1, ['error: a', 'error: b']],
    [new InterruptedError(), 130, []],
    [new TypeError('x'), 1, ['error: explained: TypeError: x']],
    ['a text', 1, ['error: explained: a text']],
  ])('with %s has the exit code %i', async (error, code, complaints) => {
    expect(
      await ended(() => {
        throw error;
      }),
    ).toEqual({ code, complaints });
  });
});
