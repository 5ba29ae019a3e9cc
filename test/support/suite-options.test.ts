import { describe, expect, it } from 'vitest';
import { flag, oneOf, wholeNumber } from '../../lib/terminal/option.ts';
import { readSuite, seedOption } from './suite-options.ts';

const suite = {
  script: 'test:any',
  description: 'Tests anything.',
  options: {
    seconds: wholeNumber({ min: 1, default: 25, help: 'how long' }),
    seed: seedOption(7, () => 20_261_128),
    keep: flag({ help: 'keep the files' }),
  },
  positionals: { targets: oneOf({ choices: ['json', 'gzip'], repeatable: true, help: 'which' }) },
  examples: [['npm run test:any -- json', 'one']],
} as const;

describe('the command line of a suite', () => {
  it('gives its values, or what stands for them', () => {
    expect(readSuite(suite, [])).toEqual({ values: { seconds: 25, seed: 7, keep: false, targets: [] } });
    expect(readSuite(suite, ['json', 'gzip', '--seed', 'today', '--keep'])).toMatchObject({
      values: { seed: 20_261_128, keep: true, targets: ['json', 'gzip'] },
    });
  });

  it('is explained by --help', () => {
    const run = readSuite(suite, ['--help']);
    expect(run).toMatchObject({ exitCode: 0, text: expect.stringMatching(/^Usage: npm run test:any -- /) });
    expect(run).toMatchObject({ text: expect.stringContaining('--seconds N') });
  });

  it.each([
    [
      ['--second', '3'],
      'error: unknown option --second; did you mean "--seconds"?; npm run test:any -- --help shows what it takes',
    ],
    [
      ['--seed', 'soon'],
      'error: --seed is "soon": expected a whole number, or today; npm run test:any -- --help shows what it takes',
    ],
    [['xml'], 'error: json|gzip is "xml": expected json or gzip; npm run test:any -- --help shows what it takes'],
  ])('is refused in one sentence: %j', (argv, text) => {
    expect(readSuite(suite, argv)).toEqual({ exitCode: 2, text });
  });
});
