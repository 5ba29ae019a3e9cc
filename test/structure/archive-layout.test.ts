import { expect, it } from 'vitest';
import { readSourceFiles } from './source-files.ts';

/** The folders of the archive, the columns in its paths, and the rule which names are hidden. */
const SPELLINGS = /(?<!\w)(?:traces|spans|spill|query-results)\/(?!s\b)|\b(?:dt|hour|tenant)=(?!=)|\[[!^]?\^?\._\]/;

/** Who spells them besides, and why. */
const OTHERS: Readonly<Record<string, string>> = {
  'lib/sampling/config/collector/pipelines.ts': "`traces/` begins the names of the Collector's pipelines",
};

it('what lies where in the archive is spelled in one file', () => {
  const spelling = readSourceFiles(['lib', 'functions', 'scripts', 'bench'])
    .filter(({ text }) => texts(text).some((one) => SPELLINGS.test(one)))
    .map(({ path }) => path);
  expect(spelling.filter((path) => OTHERS[path] === undefined)).toEqual(['lib/archive/layout.ts']);
  expect(Object.keys(OTHERS).filter((path) => !spelling.includes(path))).toEqual([]);
});

/** The texts, templates and regular expressions of a file: lines with a quote or a slash in them, without comments and imports. */
function texts(source: string): string[] {
  return source
    .replaceAll(/\/\*\*?[\s\S]*?\*\//g, '')
    .split('\n')
    .filter((line) => !/^\s*\/\/|\bfrom '/.test(line))
    .filter((line) => /['"`/]/.test(line));
}
