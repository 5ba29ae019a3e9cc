import { describe, expect, it } from 'vitest';
import { readOtSampling, withThreshold } from '../../lib/sampling/probability/trace-state.ts';

const HALF = 0x80000000000000n;

describe('readOtSampling', () => {
  it('reads rv and th, among other fields and other vendors', () => {
    expect(readOtSampling('vendor=1, ot=x:1;rv:d29d6a7215ced0;th:c')).toEqual({
      randomness: 0xd29d6a7215ced0n,
      threshold: 0xc0000000000000n,
    });
  });

  it('takes the last of a repeated field, as the Collector does', () => {
    expect(readOtSampling('ot=th:c;th:8')).toEqual({ randomness: undefined, threshold: HALF });
  });

  it.each([
    '',
    'vendor=ot',
    'not=th:c',
    'ot=th:c;',
    'ot=rv:123;th:c',
    'ot=th:C',
    'ot=bad$',
    'ot=th:c,ot=th:8',
    'ot=th:c,=',
  ])('reads nothing from "%s"', (traceState) => {
    expect(readOtSampling(traceState)).toEqual({ randomness: undefined, threshold: undefined });
  });
});

describe('withThreshold', () => {
  it('drops the last member rather than write one too many', () => {
    const full = Array.from({ length: 32 }, (_, index) => `v${index}=1`);
    const written = withThreshold(full.join(','), 0x80000000000000n);
    expect(written).toBe(['ot=th:8', ...full.slice(0, 31)].join(','));
  });

  it('writes nothing where ot would become too long', () => {
    const full = `ot=x:${'a'.repeat(253)}`;
    expect(withThreshold(full, 0x80000000000000n)).toBe(full);
  });

  it.each([
    { what: 'sets th where there is nothing', from: '', to: 'ot=th:8' },
    { what: 'keeps rv', from: 'ot=rv:abcdef01234567', to: 'ot=rv:abcdef01234567;th:8' },
    { what: 'replaces th', from: 'ot=th:4', to: 'ot=th:8' },
    { what: 'keeps other fields and vendors, ot first', from: 'a=1,ot=x:2;th:4,b@c=d', to: 'ot=th:8;x:2,a=1,b@c=d' },
    { what: 'leaves alone what is invalid', from: 'ot=not_a_valid_key$', to: 'ot=not_a_valid_key$' },
    { what: 'leaves alone what is invalid elsewhere', from: 'ot=th:4,UPPER=1', to: 'ot=th:4,UPPER=1' },
  ])('$what', ({ from, to }) => {
    expect(withThreshold(from, HALF)).toBe(to);
  });

  it.each([
    { what: 'an only th, with its member', from: 'ot=th:8', to: '' },
    { what: 'th next to rv', from: 'a=1,ot=rv:abcdef01234567;th:8', to: 'ot=rv:abcdef01234567,a=1' },
    { what: 'nothing where there is no th', from: 'a=1 , ot=x:1', to: 'a=1 , ot=x:1' },
    { what: 'nothing of what is invalid', from: 'ot=th:8;', to: 'ot=th:8;' },
  ])('takes away $what', ({ from, to }) => {
    expect(withThreshold(from, undefined)).toBe(to);
  });
});
