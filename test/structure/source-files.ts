import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** A TypeScript file of the rooms. */
export interface SourceFile {
  /** From the top of the repository, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  /** The files of the repository that it imports, types too, statically or with `import()`. */
  readonly imports: readonly string[];
  /** The packages and Node.js modules that it imports, as written. */
  readonly packages: readonly string[];
}

// Biome formats every file, so that a statement of more than one line ends with `} from '…';`.
const SPECIFIER = /^(?:import|export)\s[^;]*?\sfrom '([^']+)'|^import '([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;

/** All source files below the folders. */
export function readSourceFiles(folders: readonly string[]): readonly SourceFile[] {
  return globSync(folders.map((folder) => `${folder}/**/*.ts`))
    .filter((path) => !path.endsWith('.d.ts'))
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()
    .map(readSourceFile);
}

function readSourceFile(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const specifiers = [...text.matchAll(SPECIFIER)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
  const isRelative = (specifier: string) => specifier.startsWith('.');
  return {
    path,
    text,
    lines: text.split('\n').length - 1,
    imports: specifiers.filter(isRelative).map((specifier) => normalize(join(dirname(path), specifier))),
    packages: specifiers.filter((specifier) => !isRelative(specifier)),
  };
}

/** The first circle of imports that is found, from a file back to itself; empty when there is none. */
export function findCircle(files: readonly SourceFile[]): readonly string[] {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): readonly string[] => {
    if (done.has(path)) return [];
    const at = trail.indexOf(path);
    if (at >= 0) return [...trail.slice(at), path];
    trail.push(path);
    for (const next of importsOf.get(path) ?? []) {
      const circle = visit(next);
      if (circle.length > 0) return circle;
    }
    trail.pop();
    done.add(path);
    return [];
  };
  for (const { path } of files) {
    const circle = visit(path);
    if (circle.length > 0) return circle;
  }
  return [];
}
