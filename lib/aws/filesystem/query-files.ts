import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const FOLDERS = {
  library: join(import.meta.dirname, '../../archive/queries'),
  grafana: join(import.meta.dirname, '../../archive/grafana/queries'),
} as const;

export interface QueryFile {
  /** The name of the query: that of the file without `.sql`. */
  readonly name: string;
  readonly text: string;
}

/** The files of the query library, or those of the dashboard alone, by name; `parseNamedQuery` reads them. */
export function readQueryFiles(of: keyof typeof FOLDERS = 'library'): readonly QueryFile[] {
  const folder = FOLDERS[of];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ name: basename(file, '.sql'), text: readFileSync(join(folder, file), 'utf8') }));
}
