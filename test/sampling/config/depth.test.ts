/** Nothing that a text holds makes its reader throw, hang or use up memory: a function goes on with the last valid version. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSamplingConfig } from '../../../lib/sampling/config/parse-sampling-config.ts';
import { issuesOf } from '../../support/sampling-config.ts';

const condition = (text: string) =>
  JSON.stringify({
    policies: [{ name: 'a', type: 'ottl_condition', ottl_condition: { error_mode: 'ignore', span: [text] } }],
  });
const around = (open: string, inner: string, close: string, times: number) =>
  `${open.repeat(times)}${inner}${close.repeat(times)}`;
const laughs = Array.from({ length: 10 }, (_, i) => `a${i}: &a${i} [${Array(10).fill(i === 0 ? 'x' : `*a${i - 1}`)}]`);

describe('a condition that is nested too deep', () => {
  it.each([
    ['parentheses', around('(', 'true', ')', 3900)],
    ['parentheses around a value', `${around('(', '1', ')', 3900)} == 1`],
    ['not', around('not (', 'true', ')', 1000)],
    ['lists', `name == ${around('[', '', ']', 3000)}`],
    ['maps', `name == ${around('{"a":', '1', '}', 1000)}`],
    ['calls', `${around('String(', '1', ')', 1000)} == "1"`],
    ['indices', `${around('attributes[', '"a"', ']', 700)} == "1"`],
    ['signs', `${around('-(', '1', ')', 2000)} == 1`],
    ['a sum', `1${'+1'.repeat(3000)} == 1`],
    ['a product', `1${'*1'.repeat(3000)} == 1`],
  ])('is an error with its place: %s', (_, text) => {
    expect(issuesOf(condition(text)).errors).toEqual([
      expect.stringMatching(
        /^policies\[0\]\.ottl_condition\.span\[0\]: 1:\d+: a condition must not be nested more than 100 levels deep/,
      ),
    ]);
  });

  it('is taken up to the limit', () => {
    expect(issuesOf(condition(around('(', 'name == "a"', ')', 100))).errors).toEqual([]);
    expect(issuesOf(condition(around('(', 'name == "a"', ')', 101))).errors).toHaveLength(1);
  });

  it('is not one of many parts beside each other', () => {
    expect(issuesOf(condition(`true${' or true'.repeat(3000)}`)).errors).toEqual([]);
  });
});

describe('YAML that is nested too deep', () => {
  it.each([
    ['lists', '['.repeat(20_000)],
    ['lists in block style', '- '.repeat(5000)],
    ['maps as keys', '? '.repeat(4000)],
    ['maps', Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['policies', `policies: [${around('{name: a, type: and, and: {and_sub_policy: [', '', ']}}', 300)}]`],
  ])('is an error: %s', (_, text) => {
    expect(issuesOf(text).errors).toEqual([': not valid here: maps and lists are nested more than 64 levels deep']);
  });

  it('is an error with its path in a text within another', () => {
    expect(issuesOf(`config: ${JSON.stringify(`processors: { tail_sampling: ${'['.repeat(300)}`)}`).errors).toEqual([
      'config: not valid here: maps and lists are nested more than 64 levels deep',
    ]);
  });

  it('is none up to the limit: the configuration is found', () => {
    const config = '{processors: {tail_sampling: {policies: [{name: a, type: always_sample}]}}}';
    // processors, tail_sampling, policies, the list and the policy are five more levels.
    expect(issuesOf(around('{a: ', config, '}', 59))).toMatchObject({ errors: [] });
  });

  it('tells the line', () => {
    const result = parseSamplingConfig(`a: 1\nb:\n  ${around('[', '', ']', 65)}`);
    expect(result).toMatchObject({ ok: false, issues: [{ line: 3 }] });
  });

  it.each([
    ['aliases of aliases', laughs.join('\n')],
    ['an alias of itself', 'policies: &a [*a]'],
    ['a merge of itself', 'policies: &a {<<: *a}'],
  ])('ends: %s', (_, text) => {
    expect(parseSamplingConfig(text).ok).toBe(false);
  });
});

describe('a policies parameter', () => {
  it('never makes its reader throw', () => {
    const piece = fc.constantFrom(
      ...[
        'policies: ',
        '[',
        ']',
        '{',
        '}',
        'name: a',
        ', ',
        '\n',
        '  ',
        '- ',
        '? ',
        ': ',
        '&a ',
        '*a',
        '<<: ',
        '!!map ',
      ],
      ...[
        'type: and',
        'and: ',
        'and_sub_policy: ',
        '"',
        "'",
        '|\n',
        '$',
        '{x}',
        '$$',
        '%',
        '\u0000',
        '(',
        ')',
        '9'.repeat(40),
      ],
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, fc.constantFrom(1, 1, 1, 70))), (pieces) => {
        const text = pieces.map(([part, times]) => part.repeat(times)).join('');
        expect(parseSamplingConfig(text).ok).toBeTypeOf('boolean');
      }),
      { numRuns: 200 },
    );
  });
});
