import { readdirSync, readFileSync } from 'node:fs';

export interface FencedBlock {
  readonly file: string;
  readonly language: string;
  readonly text: string;
}

/** The pages that a user reads. */
export const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  // Of the packages on npm.
  'scripts/build/readme/tailgate.md',
  'scripts/build/readme/tailgate-cdk.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The fenced blocks of all pages that have one of the languages. */
export function fencedBlocks(...languages: readonly string[]): FencedBlock[] {
  return PAGES.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', text = '']) => ({
      file,
      language,
      text,
    })),
  ).filter(({ language }) => languages.includes(language));
}

/** The commands of the shell blocks, one by one: continued lines and quoted line ends joined, comments left out. */
export function shellCommands(): { readonly file: string; readonly command: string }[] {
  return fencedBlocks('sh').flatMap(({ file, text }) =>
    (text.match(/(?:'[^']*'|"[^"]*"|\\\n|[^\n'"])+/g) ?? [])
      .map((line) => line.replace(/\s+#\s.*$/, '').trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((command) => ({ file, command })),
  );
}
