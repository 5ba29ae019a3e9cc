import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { giveBack, isGivenBack } from '../../lib/otlp/give-back.ts';

describe('memory that is given back', () => {
  it('shows no bytes to those who look at it later, by whichever view', () => {
    const bytes = new Uint8Array(100_000).fill(7);
    const part = bytes.subarray(10, 20);
    giveBack(bytes);
    expect([bytes.length, part.length]).toEqual([0, 0]);
    expect([isGivenBack(bytes), isGivenBack(part)]).toEqual([true, true]);
    expect(() => new Uint8Array(10).set(part)).toThrow(TypeError);
    expect(() => part.slice()).toThrow(TypeError);
    expect(deflateRawSync(part)).toEqual(deflateRawSync(Buffer.of()));
  });

  it('may be given back again, and may be none', () => {
    const bytes = new Uint8Array(100_000);
    giveBack(bytes);
    giveBack(bytes);
    giveBack(new Uint8Array(0));
    giveBack(bytes);
    expect(isGivenBack(bytes)).toBe(true);
  });

  it('is never what Node.js cuts small buffers out of', () => {
    for (const size of [1, 1_000, 4_095, 16_000, 32_767, 65_535]) {
      const bytes = Buffer.allocUnsafe(size);
      const beside = Buffer.from('beside');
      giveBack(bytes);
      expect(beside.toString()).toBe('beside');
    }
    const whole = Buffer.from('a whole pool is not given back for the sake of a part of it');
    giveBack(whole);
    expect([whole.toString().length, isGivenBack(whole)]).toEqual([59, false]);
  });

  it('is not memory that threads share', () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(10));
    giveBack(bytes);
    expect([bytes.length, isGivenBack(bytes)]).toEqual([10, false]);
  });
});
