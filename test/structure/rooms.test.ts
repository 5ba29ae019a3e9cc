import { existsSync, globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { describe, expect, it } from 'vitest';
import { FLOORS } from './rooms.ts';
import { findCircle, readSourceFiles, type SourceFile } from './source-files.ts';

const ROOMS = FLOORS.flatMap((rooms, floor) => rooms.map((room) => ({ ...room, floor })));
const PURE = ROOMS.filter(({ pure }) => pure).map(({ folder }) => folder);
const FILES = readSourceFiles(['lib', 'functions', 'scripts']);

/** Packages that only these rooms know. */
const KNOWN_TO: readonly (readonly [pattern: RegExp, rooms: readonly string[]])[] = [
  [/^(aws-cdk-lib|constructs)/, ['lib/cdk', 'scripts']],
  [/^@duckdb\//, ['lib/cli']],
  // They are there for the tests.
  [/^(dynalite|fauxqs)/, []],
  [/^@smithy\//, ['lib/aws']],
  [/^@aws-lambda-powertools\//, ['functions']],
  [/^@aws-sdk\//, ['lib/aws', 'functions', 'lib/cost', 'lib/cli']],
];

/** Most lines of a file that can be read whole. */
const CEILING = 250;
/** Longer ones, each with its reason. */
const LONG: Readonly<Record<string, string>> = {
  'lib/otlp/trace/trace.ts': 'one view, whose short accessors share its cells',
};

/** A file with a function or class in it has at least as many lines as this. */
const FLOOR = 25;
/** Shorter ones, each with its reason; besides entry points and items of a registry. */
const SHORT: Readonly<Record<string, string>> = {
  'functions/shared/signed-calls.ts': 'for functions that call services, and must not load the policies for that',
  'lib/otlp/give-back.ts': 'a thing by itself, that several rooms use',
  'scripts/docs/query-tables.ts': 'the tables of one page',
};
const ENTRY_POINT = /\/(main|index|app)\.ts$/;
const REGISTRIES = ['lib/sampling/policies/', 'lib/ottl/converters/'];

/** What a room may import from outside of the rooms: the manifest, and data beside the code. */
const DATA = /\.json$/;

function roomOf(path: string) {
  return ROOMS.find(({ folder }) => path.startsWith(`${folder}/`));
}

/** All pairs `importing file -> what it imports` that the rule finds. */
function arrows(rule: (file: SourceFile, imported: string) => boolean, kind: 'imports' | 'packages' = 'imports') {
  return FILES.flatMap((file) =>
    file[kind].filter((imported) => rule(file, imported)).map((imported) => `${file.path} -> ${imported}`),
  );
}

describe('the house', () => {
  it('has a room for every file', () => {
    expect(FILES.length).toBeGreaterThan(300);
    expect(FILES.filter(({ path }) => roomOf(path) === undefined).map(({ path }) => path)).toEqual([]);
    expect(ROOMS.filter(({ folder }) => !existsSync(folder))).toEqual([]);
  });

  it('imports only what there is', () => {
    expect(arrows((_, imported) => !existsSync(imported))).toEqual([]);
  });

  it('has no circle of files', () => {
    expect(findCircle(FILES)).toEqual([]);
  });

  it('imports downwards: from its own room, and from the floors below', () => {
    expect(
      arrows(({ path }, imported) => {
        const from = roomOf(path);
        const to = roomOf(imported);
        if (from === undefined || from.folder === to?.folder || DATA.test(imported)) return false;
        return to === undefined || to.floor >= from.floor;
      }),
    ).toEqual([]);
  });

  it('lets few rooms know a library', () => {
    expect(
      arrows(
        ({ path }, imported) =>
          KNOWN_TO.some(([pattern, rooms]) => pattern.test(imported) && !rooms.includes(roomOf(path)?.folder ?? '')),
        'packages',
      ),
    ).toEqual([]);
  });

  it('keeps the pure rooms without I/O, clock, chance and environment', () => {
    // `new Date(ms)` and `Date.UTC` only calculate; biome.json bans further globals.
    const impure =
      /\bDate\s*\.\s*now\b|\bnew Date(?!\()|\bnew Date\(\)|\bMath\s*\.\s*random\b|= Math\s*;|\b(?:globalThis|performance|crypto|process|fetch|setTimeout|setInterval|setImmediate)\s*[.([]/;
    const pure = FILES.filter(({ path }) => PURE.includes(roomOf(path)?.folder ?? ''));
    expect(pure.filter(({ text }) => impure.test(bare(text))).map(({ path }) => path)).toEqual([]);
    expect(
      pure.flatMap(({ path, packages }) => packages.filter(isBuiltin).map((name) => `${path} -> ${name}`)),
    ).toEqual([]);
  });

  it('says what it imports in the one way that this test reads', () => {
    const others =
      /\brequire\s*\(|\bcreateRequire\b|\bimport\s*\(\s*(?!'[^']+'\s*\))|^(?:import|export)[^'\n]*\bfrom "/m;
    const odd = FILES.filter(({ text }) => others.test(withoutComments(text))).map(({ path }) => path);
    // One builds the page in a clone, the other writes code that requires.
    expect(odd.sort()).toEqual(['lib/local/page-files.ts', 'scripts/build/handlers.ts']);
    expect(globSync(['{lib,functions}/**/*.{mts,cts,mjs,cjs,js}'])).toEqual([]);
  });

  it('is written in what Node.js 22 reads once the types are gone', () => {
    expect(FILES.filter(({ text }) => /^\s*(await )?using \w+ =/m.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('has files that can be read whole', () => {
    expect(FILES.filter(({ lines, path }) => lines > CEILING && LONG[path] === undefined).map(size)).toEqual([]);
    expect(
      Object.keys(LONG).filter((path) => !FILES.some((file) => file.path === path && file.lines > CEILING)),
    ).toEqual([]);
  });

  it('has no slivers but types, constants, entry points and items of a registry', () => {
    const slivers = FILES.filter(
      ({ path, text, lines }) =>
        lines < FLOOR &&
        /^(export )?((async |abstract )?(function|class)\b|const \w+ = (async )?(\([^)]*\)|\w+) =>)/m.test(text) &&
        !ENTRY_POINT.test(path) &&
        !REGISTRIES.some((folder) => path.startsWith(folder)),
    );
    expect(slivers.filter(({ path }) => SHORT[path] === undefined).map(size)).toEqual([]);
    expect(Object.keys(SHORT).filter((path) => !slivers.some((file) => file.path === path))).toEqual([]);
  });

  it('has no drawers', () => {
    expect(
      FILES.filter(({ path }) => /(^|[/-])(utils?|helpers?|misc|common|manager)([-./]|$)/.test(path)).map(size),
    ).toEqual([]);
  });

  it('is the house of CONTRIBUTING.md', () => {
    const guide = readFileSync('CONTRIBUTING.md', 'utf8');
    const rows = [...guide.matchAll(/^\| `((?:lib\/\w+)|functions|scripts)` \| (.*?) \| (pure)? ?\|$/gm)];
    expect(rows.map(([, folder, holds, pure]) => [folder, holds, pure === 'pure'])).toEqual(
      ROOMS.map(({ folder, holds, pure }) => [folder, holds, pure]),
    );
  });

  it('is the house of biome.json', () => {
    const { overrides }: { overrides: readonly { includes: readonly string[]; linter: unknown }[] } = JSON.parse(
      readFileSync('biome.json', 'utf8'),
    );
    const pure = overrides.find(({ linter }) => JSON.stringify(linter).includes('noRestrictedGlobals'));
    expect(pure?.includes).toEqual(PURE.map((folder) => `${folder}/**`));
  });
});

function size({ path, lines }: SourceFile): string {
  return `${path}: ${lines} lines`;
}

/** The code without its comments and texts. */
function bare(text: string): string {
  return withoutComments(text).replaceAll(/'(?:[^'\\\n]|\\.)*'/g, "''");
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
}
