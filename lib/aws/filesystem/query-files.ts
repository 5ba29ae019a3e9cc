import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * Where the statements of the archive are, as files that are deployed with the code: the query library (docs/queries.md),
 * and what the Grafana dashboard asks besides.
 */
const FOLDERS = {
  library: join(import.meta.dirname, '../../archive/queries'),
  grafana: join(import.meta.dirname, '../../archive/grafana/queries'),
} as const;

export interface QueryFile {
  /** The name of the query: that of the file without `.sql`. */
  readonly name: string;
  /** As `parseNamedQuery` reads it: a comment with title, description and parameters, then the statement. */
  readonly text: string;
}

/** All files of a folder, in the order of their names. */
export function readQueryFiles(of: keyof typeof FOLDERS = 'library'): readonly QueryFile[] {
  const folder = FOLDERS[of];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ name: basename(file, '.sql'), text: readFileSync(join(folder, file), 'utf8') }));
}
