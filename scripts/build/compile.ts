import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './root.ts';

export interface CompileOptions {
  /** Source files, from the root of the repository. What they import is compiled with them, and nothing else. */
  readonly entryPoints: readonly string[];
  /** Folder that gets the same tree of folders as the repository has. */
  readonly outDir: string;
  /** Whether `.d.ts` files are written too. */
  readonly declarations: boolean;
}

/** Compiles TypeScript to JavaScript for Node.js 22 and newer, file by file: `lib/a/b.ts` becomes `<outDir>/lib/a/b.js`. */
export async function compile({ entryPoints, outDir, declarations }: CompileOptions): Promise<void> {
  const project = `${outDir}.tsconfig.json`;
  await mkdir(dirname(project), { recursive: true });
  await writeFile(
    project,
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        rootDir: ROOT,
        outDir,
        declaration: declarations,
        // `import './a.ts'` becomes `import './a.js'`.
        rewriteRelativeImportExtensions: true,
        allowImportingTsExtensions: false,
      },
      files: entryPoints.map((path) => join(ROOT, path)),
      // Types of packages that have none.
      include: [join(ROOT, 'lib/**/*.d.ts')],
    }),
  );
  await promisify(execFile)(join(ROOT, 'node_modules/.bin/tsc'), ['--project', project]).catch((error: unknown) => {
    // The compiler writes what it finds to stdout.
    throw error instanceof Error && 'stdout' in error ? new Error(`tsc: ${error.stdout}`, { cause: error }) : error;
  });
  await rm(project);
}
