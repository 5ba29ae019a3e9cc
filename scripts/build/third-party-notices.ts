import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './root.ts';

/** The name of the file beside a bundle. */
export const NOTICES_FILE = 'THIRD-PARTY-NOTICES.txt';

const HEADER = 'This function contains the software below, under the licenses that follow its names.\n';
const SEPARATOR = `\n${'-'.repeat(80)}\n\n`;
const PACKAGE = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
/** Data of another project that is in the repository itself, and its notice. */
const PATTERNS = 'lib/ottl/patterns/grok-patterns.json';
const PATTERNS_NOTICE = 'lib/ottl/patterns/README.md';

/**
 * The licenses of all that is in a bundle but the project's own code: they ask that a copy carries them. The same inputs give the
 * same text.
 *
 * @param inputs paths of the bundled files, relative to the repository
 * @throws {Error} for a package whose license has no text
 */
export function thirdPartyNotices(inputs: readonly string[]): string {
  const folders = new Set(inputs.map((path) => PACKAGE.exec(path)?.[0]).filter((folder) => folder !== undefined));
  const namesByText = new Map<string, string[]>();
  const add = (name: string, text: string) => namesByText.set(text, [...(namesByText.get(text) ?? []), name]);
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    add(`${name} ${version} (${license})`, licenseText(folder, license));
  }
  if (inputs.includes(PATTERNS)) add('elastic/go-grok v0.3.1 (Apache-2.0)', `${text(PATTERNS_NOTICE)}\n\n${apache()}`);
  const sections = [...namesByText].map(([licenseOfAll, names]) => `${names.sort().join('\n')}\n\n${licenseOfAll}\n`);
  return [HEADER, ...sections.sort()].join(SEPARATOR);
}

function licenseText(folder: string, license: string): string {
  const files = readdirSync(join(ROOT, folder)).filter((name) => /^(licen[cs]e|notice|copying)(\.|$)/i.test(name));
  if (files.length > 0)
    return files
      .sort()
      .map((name) => text(join(folder, name)))
      .join('\n\n');
  // Some packages name their license and leave its text out.
  if (license === 'Apache-2.0') return apache();
  if (license === 'MIT-0') return 'MIT No Attribution: https://spdx.org/licenses/MIT-0.html';
  throw new Error(`${folder} has no license file, and ${license} has no text here`);
}

function apache(): string {
  return text('LICENSE');
}

function text(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8').replaceAll('\r\n', '\n').replace(/^\n+/, '').trimEnd();
}
