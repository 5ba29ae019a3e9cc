import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './root.ts';

/** The parts of a `package.json` that the build reads and writes. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly type: 'module';
  readonly engines: { readonly node: string };
  readonly keywords?: readonly string[];
  readonly main?: string;
  readonly types?: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly files?: readonly string[];
  readonly dependencies?: Versions;
  readonly optionalDependencies?: Versions;
  readonly peerDependencies?: Versions;
  readonly devDependencies?: Versions;
}

type Versions = Readonly<Record<string, string>>;

/** The manifest of the repository. It is the only place with versions: those of the packages are computed from it. */
export async function readRootManifest(): Promise<Manifest> {
  return JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
}

/** What a package has of its own. */
export type PackageFields = Pick<
  Manifest,
  'name' | 'description' | 'keywords' | 'main' | 'types' | 'bin' | 'exports' | 'files'
> & {
  /** Packages that the app that uses this one has anyway, and must have once. */
  readonly peers: readonly string[];
};

/**
 * The manifest of a package.
 *
 * A dependency has the version that the repository was tested with. It is optional where it is optional in the repository. A peer
 * may be newer, because the app chooses it.
 *
 * @param imported names of the packages that the compiled code imports
 */
export function packageManifest(root: Manifest, fields: PackageFields, imported: readonly string[]): Manifest {
  const { peers, name, description, ...entries } = fields;
  const versions = { ...root.devDependencies, ...root.optionalDependencies, ...root.dependencies };
  const versionOf = (dependency: string): string => {
    const version = versions[dependency];
    if (version === undefined) throw new Error(`${name} imports ${dependency}, which package.json does not have`);
    return version;
  };
  const isOptional = (dependency: string): boolean => root.optionalDependencies?.[dependency] !== undefined;
  const own = imported.filter((dependency) => !peers.includes(dependency));
  const required = own.filter((dependency) => !isOptional(dependency));
  const optional = own.filter(isOptional);
  const table = (names: readonly string[], prefix = ''): Versions =>
    Object.fromEntries(names.map((dependency) => [dependency, `${prefix}${versionOf(dependency)}`]));
  return {
    name,
    version: root.version,
    description,
    license: root.license,
    type: root.type,
    engines: root.engines,
    ...entries,
    ...(required.length > 0 && { dependencies: table(required) }),
    ...(optional.length > 0 && { optionalDependencies: table(optional) }),
    ...(peers.length > 0 && { peerDependencies: table(peers, '^') }),
  };
}
