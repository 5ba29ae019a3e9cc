import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { LIST_PRICES } from '../../../lib/cost/prices.ts';
import { readPrices } from '../../../lib/cost/read-prices.ts';
import { costTables } from '../../../scripts/docs/cost-tables.ts';
import { fillGeneratedBlocks, generatedBlocksOf } from '../../../scripts/docs/generated-blocks.ts';
import { fencedBlocks } from '../../docs/fenced-blocks.ts';

let tables: ReadonlyMap<string, string>;
beforeAll(async () => {
  tables = await costTables();
}, 120_000);

describe('the cost tables', () => {
  it.each(['docs/cost.md', 'README.md'])('of %s are what a fresh count makes of them (else: npm run docs)', (name) => {
    const page = readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8');
    expect(fillGeneratedBlocks(page, tables)).toBe(page);
  });

  it('are all in docs/cost.md, once', () => {
    const page = readFileSync(new URL('../../../docs/cost.md', import.meta.url), 'utf8');
    expect([...generatedBlocksOf(page)].sort()).toEqual([...tables.keys()].sort());
  });
});

describe('the file of prices in docs/cost.md', () => {
  it('is one', () => {
    const [{ text } = { text: '' }] = fencedBlocks('json').filter(({ file }) => file === 'docs/cost.md');
    const { region, prices } = readPrices('example', text);
    expect(region).toBe('eu-central-1');
    expect(prices.dynamoDbWriteUnit.usd).toBe(0.7625);
    expect(prices.s3Put).toEqual(LIST_PRICES.prices.s3Put);
  });
});
