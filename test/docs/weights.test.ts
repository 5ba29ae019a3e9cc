import { describe, expect, it } from 'vitest';
import { issuesOf } from '../support/sampling-config.ts';
import { fencedBlocks } from './fenced-blocks.ts';

const examples = fencedBlocks('yaml').filter(({ file }) => file === 'docs/weights.md');

describe('docs/weights.md', () => {
  it.each(examples)('has a valid configuration: example %#', ({ text }) => {
    expect(issuesOf(text)).toEqual({ errors: [], warnings: [] });
  });

  it('has examples', () => {
    expect(examples).toHaveLength(2);
  });
});
