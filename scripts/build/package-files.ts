import { existsSync } from 'node:fs';
import { copyFile, glob, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT } from './root.ts';

const DATA_FILES = ['{lib,functions}/**/*.{sql,yaml,json}', 'lib/ottl/patterns/README.md'];

/**
 * Copies what the sources read at run time and the compiler leaves behind: SQL, YAML and JSON beside the code, and
 * the notice of the patterns, which are another project's. Only rooms that have compiled files in the package get theirs.
 */
export async function copyDataFiles(folder: string): Promise<void> {
  for await (const path of glob(DATA_FILES, { cwd: ROOT })) {
    const room = path.split('/', 2).join('/');
    if (!existsSync(join(folder, room))) continue;
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(ROOT, path), target);
  }
}

/** Pages about the tests of the repository. All others in `docs/` itself are for users, and messages and types refer to them. */
const PAGES_FOR_DEVELOPERS: readonly string[] = ['conformance.md', 'localstack.md'];

/** Adds the README of a package, the license, and the pages of `docs/` for users. */
export async function writeTexts(folder: string, packageName: string): Promise<void> {
  await copyFile(join(import.meta.dirname, 'readme', `${packageName}.md`), join(folder, 'README.md'));
  await copyFile(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  const all = (await readdir(join(ROOT, 'docs'))).filter((name) => name.endsWith('.md'));
  const pages = all.filter((page) => !PAGES_FOR_DEVELOPERS.includes(page));
  await mkdir(join(folder, 'docs'), { recursive: true });
  for (const page of pages) {
    const text = await readFile(join(ROOT, 'docs', page), 'utf8');
    await writeFile(join(folder, 'docs', page), withoutLinksElsewhere(text, pages));
  }
}

/** A page in which links to files that are not in the package are plain text, which says where they are. */
function withoutLinksElsewhere(page: string, pages: readonly string[]): string {
  return page.replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, (link, text: string, target: string) => {
    const [path = ''] = target.split('#', 1);
    const isKept = path === '' || /^\w+:/.test(path) || pages.includes(path);
    return isKept ? link : `${text} (in the repository)`;
  });
}
