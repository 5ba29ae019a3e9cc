import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * A target with all that it tests, as one CommonJS file: the fuzzer instruments what is loaded with `require`, and only what
 * is not in `node_modules`.
 * @returns the path of the file
 */
export async function bundleTarget(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.cjs`);
  await build({
    stdin: {
      contents: `import { target } from './targets/${name}.ts'; import { timed } from './timed.ts'; export const fuzz = timed(target);`,
      resolveDir: import.meta.dirname,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    define: { 'import.meta.dirname': '"."' },
    logLevel: 'error',
  });
  return outfile;
}
