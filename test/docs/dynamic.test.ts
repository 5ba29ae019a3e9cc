import { describe, expect, it } from 'vitest';
import { sharesOf } from '../../lib/sampling/dynamic/share-table.ts';
import { issuesOf } from '../support/sampling-config.ts';
import { fencedBlocks } from './fenced-blocks.ts';

describe('docs/dynamic.md', () => {
  it('has a valid configuration', () => {
    const examples = fencedBlocks('yaml').filter(({ file }) => file === 'docs/dynamic.md');
    expect(examples.map(({ text }) => issuesOf(text))).toEqual([{ errors: [], warnings: [] }]);
  });

  it('has the shares of its example right', () => {
    const averages = [1000, 100, 1];
    const shares = sharesOf(new Map(averages.map((average) => [`key ${average}`, average])), 0.1);
    expect(averages.map((n) => Math.round((shares.get(`key ${n}`) ?? 0) * n))).toEqual([66, 44, 1]);
  });
});
