import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keptInputs } from './corpus.ts';
import { seedsOf } from './target.ts';
import { TARGETS } from './targets.ts';

const FOLDER = import.meta.dirname;
const MAX_CORPUS_BYTES = 200_000;

describe('the kept inputs of the fuzzer', () => {
  it.each(Object.entries(TARGETS))('do no harm: %s', async (name, target) => {
    const inputs = [...(await seedsOf(target)), ...keptInputs(name)];
    expect(inputs.length).toBeGreaterThan(0);
    for (const input of inputs) {
      try {
        await target.fuzz(Uint8Array.from(input));
      } catch (error) {
        throw new Error(`input ${Buffer.from(input).toString('base64')}`, { cause: error });
      }
    }
  });

  it('are of a target each, and few', () => {
    const files = readdirSync(join(FOLDER, 'corpus'));
    expect(files.filter((file) => TARGETS[file.replace('.txt', '')] === undefined)).toEqual([]);
    const bytes = files.reduce((sum, file) => sum + statSync(join(FOLDER, 'corpus', file)).size, 0);
    expect(bytes).toBeLessThan(MAX_CORPUS_BYTES);
    const names = readdirSync(join(FOLDER, 'targets')).map((file) => file.replace('.ts', ''));
    expect(names.toSorted()).toEqual(Object.keys(TARGETS).toSorted());
  });
});
