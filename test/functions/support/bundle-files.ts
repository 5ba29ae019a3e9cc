import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The JavaScript files of a bundled function, and what loads what. */
export class BundleFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  names(): readonly string[] {
    return readdirSync(this.#folder).filter((name) => name.endsWith('.mjs'));
  }

  /** The sources that a file was made of, as its source map has them. */
  sourcesOf(name: string): readonly string[] {
    const { sources } = JSON.parse(readFileSync(join(this.#folder, `${name}.map`), 'utf8')) as { sources: string[] };
    return sources;
  }

  sources(): readonly string[] {
    return this.names().flatMap((name) => this.sourcesOf(name));
  }

  /** The file with this source in it. */
  fileOf(source: string): string {
    const [name, ...others] = this.names().filter((one) => this.sourcesOf(one).some((path) => path.includes(source)));
    if (name === undefined || others.length > 0) throw new Error(`${source} is in ${[name, ...others].join(', ')}`);
    return name;
  }

  /** The files that Node.js reads for these, with all that they import statically. */
  loadedFor(names: readonly string[]): readonly string[] {
    const loaded = new Set<string>();
    const visit = (name: string) => {
      if (loaded.has(name)) return;
      loaded.add(name);
      const text = readFileSync(join(this.#folder, name), 'utf8');
      for (const [, imported = ''] of text.matchAll(/\b(?:from|import)\s*"\.\/([^"]+)"/g)) visit(imported);
    };
    names.forEach(visit);
    return [...loaded];
  }

  /** The bytes of {@link loadedFor}. */
  bytesFor(names: readonly string[]): number {
    return this.loadedFor(names).reduce((sum, name) => sum + statSync(join(this.#folder, name)).size, 0);
  }
}
