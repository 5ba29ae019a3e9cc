import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isOutage, Outage } from '../../lib/local/outage.ts';
import { UnavailableError } from '../../lib/pipeline/ports.ts';
import { RecordingLog } from '../support/recording-log.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const fault = (fields: Record<string, unknown>) => Object.assign(new Error('no'), fields);
const full = () => fault({ code: 'ENOSPC' });

function create() {
  const log = new RecordingLog();
  const outage = new Outage({ clock: { now: () => Date.now() }, log });
  const messages = () => log.entries.map(({ message }) => message);
  return { log, outage, messages };
}

/** A call that fails with these errors, one after the other, and then works. */
function failing(...errors: readonly Error[]) {
  const left = [...errors];
  const state = { calls: 0 };
  const call = async () => {
    state.calls += 1;
    const error = left.shift();
    if (error !== undefined) throw error;
    return 'done';
  };
  return { call, state };
}

describe('an outage', () => {
  it.each([
    ['a full disk', full()],
    ['a quota', fault({ code: 'EDQUOT' })],
    ['a disk that is read-only', fault({ code: 'EROFS' })],
    ['a folder without rights', fault({ code: 'EACCES' })],
    ['a broken disk', fault({ code: 'EIO' })],
    ['too many open files', fault({ code: 'EMFILE' })],
    ['a full disk under SQLite', fault({ code: 'ERR_SQLITE_ERROR', errcode: 13 })],
    ['an extended code of SQLite', fault({ code: 'ERR_SQLITE_ERROR', errcode: 10 | (19 << 8) })],
    ['what a port makes of it', new UnavailableError('cannot write', { cause: full() })],
  ])('is %s', (_, error) => {
    expect(isOutage(error)).toBe(true);
  });

  it.each([
    ['a mistake', new TypeError('x is undefined')],
    ['a constraint of SQLite', fault({ code: 'ERR_SQLITE_ERROR', errcode: 19 })],
    ['a damaged database', fault({ code: 'ERR_SQLITE_ERROR', errcode: 11 })],
    ['a port without a reason', new UnavailableError('slow')],
    ['no error', 'ENOSPC'],
  ])('is not %s', (_, error) => {
    expect(isOutage(error)).toBe(false);
  });
});

describe('surviving an outage', () => {
  it('tries again every second until it works, and says when it begins and ends', async () => {
    const { outage, log, messages } = create();
    const { call, state } = failing(...Array.from({ length: 90 }, full));
    const result = outage.survive(call);
    await vi.advanceTimersByTimeAsync(89_999);
    expect(state.calls).toBe(90);
    expect(messages()).toEqual(['the disk cannot be written']);
    await vi.advanceTimersByTimeAsync(1);
    expect(await result).toBe('done');
    expect(log.entries[1]).toEqual({ message: 'the disk can be written again', fields: { lastedMs: 90_000 } });
  });

  it('is over when the last call has worked, however many worked in between', async () => {
    const { outage, messages } = create();
    const long = outage.survive(failing(full(), full(), full()).call);
    const short = outage.survive(failing(full()).call);
    await vi.advanceTimersByTimeAsync(1_500);
    await short;
    await outage.survive(failing().call);
    expect(messages()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_500);
    await long;
    expect(messages()).toEqual(['the disk cannot be written', 'the disk can be written again']);
  });

  it('reminds every ten minutes', async () => {
    const { outage, messages } = create();
    const forever = outage.survive(failing(...Array.from({ length: 10_000 }, full)).call).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(25 * 60_000);
    expect(messages()).toEqual(Array(3).fill('the disk cannot be written'));
    outage.stop();
    await vi.advanceTimersByTimeAsync(0);
    await forever;
  });

  it('throws what is no outage', async () => {
    const { outage, messages } = create();
    await expect(outage.survive(failing(new TypeError('a mistake')).call)).rejects.toThrow('a mistake');
    expect(messages()).toEqual([]);
  });

  it('gives up when it is stopped: what waits at once, what comes later at its first failure', async () => {
    const { outage } = create();
    const { call, state } = failing(full(), full(), full());
    const waiting = outage.survive(call).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10);
    outage.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect(await waiting).toMatchObject({ code: 'ENOSPC' });
    expect(state.calls).toBe(2);
    await expect(outage.survive(call)).rejects.toMatchObject({ code: 'ENOSPC' });
  });
});
