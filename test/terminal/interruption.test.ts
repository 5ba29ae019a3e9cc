import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { interruption } from '../../lib/terminal/interruption.ts';

class FakeProcess extends EventEmitter {
  readonly exit = vi.fn();
}

let process: FakeProcess;
let signal: AbortSignal;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  process = new FakeProcess();
  signal = interruption(process as unknown as NodeJS.Process);
});
afterEach(() => {
  vi.useRealTimers();
});

describe('an interruption', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('comes with %s, and the process goes on', (name) => {
    expect(signal.aborted).toBe(false);
    process.emit(name, name);
    expect(signal.aborted).toBe(true);
    expect(process.exit).not.toHaveBeenCalled();
  });

  it('that npm hands on a second time is one', () => {
    process.emit('SIGINT', 'SIGINT');
    vi.advanceTimersByTime(900);
    process.emit('SIGINT', 'SIGINT');
    expect(process.exit).not.toHaveBeenCalled();
  });

  it('of somebody who insists ends the process', () => {
    process.emit('SIGINT', 'SIGINT');
    vi.advanceTimersByTime(1100);
    process.emit('SIGTERM', 'SIGTERM');
    expect(process.exit).toHaveBeenCalledExactlyOnceWith(130);
  });
});
