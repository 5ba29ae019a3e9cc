import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { patternSize } from '../../lib/ottl/patterns/pattern-size.ts';

describe('patternSize', () => {
  it.each([
    'cart-.*',
    '(a?){1000}',
    '(a?){1000}'.repeat(5),
    '(?:(?:x{10}){10}){10}',
    `(?:${'abc'.repeat(100)}){100}`,
    '\\pL{1000}',
    '\\p{Greek}{50}',
    '[{}()]{300}',
    '\\{500\\}',
    '\\Qa{1000}\\E',
    'a{300,}',
    '(?:[a-z]{1,63}\\.){1,8}[a-z]{1,63}',
    '[[:alpha:]]{200}|x',
  ])('is about the number of instructions: %#', (pattern) => {
    const instructions = RE2JS.compile(pattern).programSize();
    expect(patternSize(pattern)).toBeGreaterThan(instructions * 0.9 - 3);
    expect(patternSize(pattern)).toBeLessThan(instructions * 1.5);
  });

  it('is known of what is no pattern', () => {
    expect(patternSize(')(a{2')).toBeGreaterThan(0);
    expect(patternSize('[a')).toBeGreaterThan(0);
  });
});
