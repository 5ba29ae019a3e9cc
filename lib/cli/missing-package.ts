import { readFileSync } from 'node:fs';

/**
 * Optional dependencies that are needed together. The commands that need them load them when they run, so that all others
 * work without.
 */
const OPTIONAL_PARTS: readonly { readonly missing: RegExp; readonly install: RegExp }[] = [
  { missing: /^@duckdb\//, install: /^@duckdb\// },
  { missing: /^(dynalite|fauxqs)$/, install: /^(dynalite|fauxqs)$/ },
  // Only the demo sends with the OpenTelemetry SDK, to a local run.
  { missing: /^@opentelemetry\//, install: /^(@opentelemetry\/.*|dynalite|fauxqs)$/ },
];

/**
 * What to install when Node.js has not found a package.
 *
 * @param versions of the dependencies in `package.json`
 * @returns `undefined` when the error is about something else
 */
export function explainMissingPackage(
  error: Error,
  versions: Readonly<Record<string, string>> = readVersions(),
): string | undefined {
  const code = 'code' in error ? error.code : undefined;
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return undefined;
  const missing = /^Cannot find (?:package|module) '((?:@[^/']+\/)?[^./'][^/']*)/.exec(error.message)?.[1];
  if (missing === undefined) return undefined;
  const part = OPTIONAL_PARTS.find((candidate) => candidate.missing.test(missing));
  const install = Object.entries(versions)
    .filter(([name]) => part?.install.test(name))
    .map(([name, version]) => `${name}@${version}`);
  const advice = part === undefined ? '' : 'install tailgate without --omit=optional, or ';
  return (
    `this command needs the package ${missing}, which is not installed: ${advice}run ` +
    `"npm install ${part === undefined ? missing : install.join(' ')}"`
  );
}

function readVersions(): Readonly<Record<string, string>> {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return { ...manifest.dependencies, ...manifest.optionalDependencies };
}
