import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** One change of the source text of one file. */
export interface SourceChange {
  /** From the root of the repository. */
  readonly file: string;
  /** Must be in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** The text of the file with the change. @throws {Error} when the text to find is not there, or is there twice */
export function changedSource({ file, find, replace }: SourceChange): string {
  const source = readFileSync(resolve(file), 'utf8');
  const count = source.split(find).length - 1;
  if (count !== 1) throw new Error(`${file} has ${count} times what a mutation replaces, expected 1:\n${find}`);
  return source.replace(find, () => replace);
}

/** Changes a file for everything that is imported from now on. To be called before anything imports it. */
export function mutate(change: SourceChange): void {
  const source = changedSource(change);
  const target = pathToFileURL(resolve(change.file)).href;
  let isLoaded = false;
  registerHooks({
    load(url, context, nextLoad) {
      if (url !== target) return nextLoad(url, context);
      isLoaded = true;
      return { ...nextLoad(url, context), source };
    },
  });
  process.on('exit', () => {
    if (isLoaded) return;
    console.error(`nothing has imported ${change.file}: the mutation has had no effect`);
    process.exitCode = 2;
  });
}
