import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explainError, explainMissingPackage } from '../../lib/cli/explain-error.ts';

const OPTIONAL = { '@duckdb/node-api': '1.2.3', '@opentelemetry/api': '1.9.1', '@opentelemetry/resources': '2.12.1' };

function notFound(message: string, code = 'ERR_MODULE_NOT_FOUND'): Error {
  return Object.assign(new Error(message), { code });
}

describe('a package that is not installed', () => {
  it.each([
    [
      "Cannot find package '@duckdb/node-api' imported from /app/lib/a.js",
      '@duckdb/node-api',
      '@duckdb/node-api@1.2.3',
    ],
    [
      "Cannot find package '@opentelemetry/api' imported from …",
      '@opentelemetry/api',
      '@opentelemetry/api@1.9.1 @opentelemetry/resources@2.12.1',
    ],
  ])('%s', (message, name, install) => {
    const explained = explainMissingPackage(notFound(message), OPTIONAL);
    expect(explained).toContain(`needs the package ${name}, which is not installed`);
    expect(explained).toContain(`"npm install ${install}`);
  });

  it('may be the native part of another one, on a platform that has none', () => {
    const error = notFound("Cannot find module '@duckdb/node-bindings-linux-x64/duckdb.node'", 'MODULE_NOT_FOUND');
    expect(explainMissingPackage(error, OPTIONAL)).toContain('@duckdb/node-bindings-linux-x64, which is not installed');
  });

  it('is told as every error of a command, with the versions that were tested', () => {
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    const versions = { ...dependencies, ...optionalDependencies };
    const explained = explainError(notFound("Cannot find package '@opentelemetry/api' imported from /app/a.js"));
    for (const name of ['@opentelemetry/api', '@opentelemetry/sdk-trace-base'])
      expect(explained).toContain(`${name}@${versions[name]}`);
  });

  it.each([
    notFound("Cannot find module '/app/missing.js' imported from /app/a.js"),
    new Error('Cannot find package yaml'),
  ])('is not what %s is about', (error) => {
    expect(explainMissingPackage(error, OPTIONAL)).toBeUndefined();
    expect(explainError(error)).toBe(error.message);
  });
});
