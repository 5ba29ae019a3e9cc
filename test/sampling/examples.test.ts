import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';

const root = new URL('../../', import.meta.url);
const folder = new URL('examples/policies/', root);
const files = [new URL('tailgate.yaml', root), ...readdirSync(folder).map((name) => new URL(name, folder))];

/** What the comment of the file announces. */
const expectedWarnings: Readonly<Record<string, readonly string[]>> = {
  'collector-file.yaml': ['num_traces', 'expected_new_traces_per_sec', 'decision_cache'].map(
    (key) => `processors.tail_sampling.${key}`,
  ),
};

describe('the default and example configurations', () => {
  it.each(files.map((url) => ({ url, name: url.pathname.split('/').at(-1) ?? '' })))(
    '$name is valid',
    ({ url, name }) => {
      const result = parseSamplingConfig(readFileSync(url, 'utf8'));
      expect(result.ok ? [] : result.issues).toEqual([]);
      expect(result.warnings.map(({ path }) => path)).toEqual(expectedWarnings[name] ?? []);
    },
  );
});
