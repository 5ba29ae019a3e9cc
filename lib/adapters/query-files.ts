import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../athena/queries');

export interface QueryFile {
  /** The name of the query: that of the file without `.sql`. */
  readonly name: string;
  readonly text: string;
}

/** The files of the query library, by name; `parseNamedQuery` reads them. */
export function readQueryFiles(): readonly QueryFile[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ name: basename(file, '.sql'), text: readFileSync(join(FOLDER, file), 'utf8') }));
}
