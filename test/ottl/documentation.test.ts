import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CONVERTERS, UNSUPPORTED_CONVERTERS } from '../../lib/ottl/converters/registry.ts';
import { CONTEXT_PATHS } from '../../lib/ottl/paths/find-path.ts';
import { ENUMS } from '../../lib/ottl/paths/span-paths.ts';

const FILE = new URL('../../docs/ottl.md', import.meta.url);

function pathTable(): string {
  const rows = [...CONTEXT_PATHS].flatMap(([context, paths]) =>
    context === 'instrumentation_scope'
      ? []
      : paths.map(({ path, yields }) => `| \`${context}.${path}\` | ${yields} |`),
  );
  return ['| path | yields |', '|---|---|', ...rows].join('\n');
}

function converterList(): string {
  const signatures = [...CONVERTERS.values()].map(({ name, parameters, optional = [], onlyOnSpans }) => {
    const given = [...parameters, ...optional.map((parameter) => `[${parameter}]`)].join(', ');
    return `- \`${name}(${given})\`${onlyOnSpans === true ? ', only in `span`' : ''}`;
  });
  return signatures.toSorted().join('\n');
}

function unsupportedTable(): string {
  const reasons = Map.groupBy(UNSUPPORTED_CONVERTERS.keys(), (name) => UNSUPPORTED_CONVERTERS.get(name) ?? '');
  const rows = [...reasons].map(
    ([reason, names]) => `| ${names.map((name) => `\`${name}\``).join(', ')} | ${reason} |`,
  );
  return ['| converters | why |', '|---|---|', ...rows].join('\n');
}

const PARTS: Readonly<Record<string, string>> = {
  paths: `\n${pathTable()}\n`,
  enums: [...ENUMS.keys()].map((name) => `\`${name}\``).join(', '),
  converters: `\n${converterList()}\n`,
  unsupported: `\n${unsupportedTable()}\n`,
};

function withParts(text: string): string {
  return Object.entries(PARTS).reduce(
    (result, [part, content]) =>
      result.replace(
        new RegExp(`<!-- ${part} -->[^]*<!-- /${part} -->`),
        () => `<!-- ${part} -->${content}<!-- /${part} -->`,
      ),
    text,
  );
}

describe('docs/ottl.md', () => {
  it('names every path, enum and converter (vitest --update writes them)', async () => {
    await expect(withParts(readFileSync(FILE, 'utf8'))).toMatchFileSnapshot(fileURLToPath(FILE));
  });
});
