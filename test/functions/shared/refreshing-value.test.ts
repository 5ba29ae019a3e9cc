import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RefreshingValue } from '../../../functions/shared/refreshing-value.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** A value that counts its readings: 1, 2, …, and can be made to fail, or to hang until it is released. */
function setUp(options: { waitFromAgeMs?: number } = {}) {
  const clock = new ManualClock();
  const failures: number[] = [];
  const source = { reads: 0, broken: false, gate: Promise.resolve() };
  const refreshed = new RefreshingValue<number>(
    {
      load: async () => {
        const read = ++source.reads;
        const { gate } = source;
        await gate;
        if (source.broken) throw new Error(`reading ${read} failed`);
        return read;
      },
      clock,
      onFailure: (_, ageMs) => failures.push(ageMs),
    },
    options,
  );
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    source.gate = promise;
    return resolve;
  };
  return { clock, failures, source, refreshed, hold };
}

/** Lets everything that is under way without a timer come to its end. */
const settled = () => sleep(1);

describe('a value that is refreshed', () => {
  it('is read once for all who ask at first', async () => {
    const { refreshed, source } = setUp();
    expect(await Promise.all([refreshed.current(), refreshed.current(), refreshed.current()])).toEqual([1, 1, 1]);
    expect(source.reads).toBe(1);
  });

  it('is not read again for a minute', async () => {
    const { refreshed, source, clock } = setUp();
    await refreshed.current();
    clock.advance(59_999);
    expect(await refreshed.current()).toBe(1);
    await settled();
    expect(source.reads).toBe(1);
  });

  it('is read again after a minute, once, while the old one is given out', async () => {
    const { refreshed, source, clock, hold } = setUp();
    await refreshed.current();
    clock.advance(60_000);
    const release = hold();
    expect(await Promise.all([refreshed.current(), refreshed.current()])).toEqual([1, 1]);
    expect(source.reads).toBe(2);
    release();
    await settled();
    expect(await refreshed.current()).toBe(2);
  });

  it('is waited for by an instance that was idle', async () => {
    const { refreshed, clock } = setUp();
    await refreshed.current();
    clock.advance(120_000);
    expect(await refreshed.current()).toBe(2);
  });

  it('is waited for a second at most', async () => {
    const { refreshed, clock, hold } = setUp();
    await refreshed.current();
    clock.advance(120_000);
    const release = hold();
    expect(await refreshed.current()).toBe(1);
    release();
  });

  it('stays when it cannot be read, which is tried again after ten seconds', async () => {
    const { refreshed, source, clock, failures } = setUp({ waitFromAgeMs: 60_000 });
    await refreshed.current();
    source.broken = true;
    clock.advance(60_000);
    expect(await refreshed.current()).toBe(1);
    expect(refreshed.lastFailed).toBe(true);
    clock.advance(9_999);
    expect(await refreshed.current()).toBe(1);
    expect(source.reads).toBe(2);
    clock.advance(1);
    expect(await refreshed.current()).toBe(1);
    expect(source.reads).toBe(3);
    expect(failures).toEqual([60_000, 70_000]);
    source.broken = false;
    clock.advance(10_000);
    expect(await refreshed.current()).toBe(4);
    expect(refreshed.lastFailed).toBe(false);
  });

  it('is an error as long as it never could be read, and no longer', async () => {
    const { refreshed, source, failures } = setUp();
    source.broken = true;
    await expect(Promise.all([refreshed.current(), refreshed.current()])).rejects.toThrow('reading 1 failed');
    await expect(refreshed.current()).rejects.toThrow('reading 2 failed');
    source.broken = false;
    expect(await refreshed.current()).toBe(3);
    expect(failures).toEqual([]);
  });

  it('is read anew when a reading was frozen, which undoes nothing when it thaws', async () => {
    const { refreshed, source, clock, hold } = setUp();
    await refreshed.current();
    clock.advance(60_000);
    const thaw = hold();
    expect(await refreshed.current()).toBe(1);
    source.gate = Promise.resolve();
    clock.advance(600_000);
    expect(await refreshed.current()).toBe(3);
    thaw();
    await settled();
    expect(await refreshed.current()).toBe(3);
    expect(source.reads).toBe(3);
  });

  it('is read again on demand, but not at short intervals', async () => {
    const { refreshed, source, clock } = setUp();
    expect(await refreshed.reread(10_000)).toBe(1);
    clock.advance(9_999);
    expect(await refreshed.reread(10_000)).toBe(1);
    clock.advance(1);
    expect(await Promise.all([refreshed.reread(10_000), refreshed.reread(10_000)])).toEqual([2, 2]);
    expect(source.reads).toBe(2);
  });
});
