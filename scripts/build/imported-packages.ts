import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Names of the packages that compiled code imports from its entry point on, statically or on demand; sorted.
 *
 * @param folder of the compiled code
 * @param entryPoint within the folder
 */
export async function importedPackages(folder: string, entryPoint: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [join(folder, entryPoint)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    metafile: true,
    write: false,
    logLevel: 'error',
    outfile: join(folder, 'unused.js'),
  });
  const specifiers = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external).map(({ path }) => path),
  );
  const names = specifiers.filter((specifier) => !specifier.startsWith('node:')).map(packageOf);
  return [...new Set(names)].sort();
}

/** `@scope/name/path` and `name/path` without the path. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
