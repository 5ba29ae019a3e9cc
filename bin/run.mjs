// Starts a TypeScript entry point: node bin/run.mjs [entry point [arguments]]. Without one it only checks Node.js.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkNodeVersion } from './node-version.mjs';

checkNodeVersion(
  'install a newer one, or run "npm ci", which brings one that npm scripts use (npm start, npm test, …)',
);
if (process.argv[2] !== undefined) {
  const entryPoint = resolve(process.argv[2]);
  process.argv.splice(1, 2, entryPoint);
  await import(pathToFileURL(entryPoint).href);
}
