#!/usr/bin/env node
// The command `tailgate`. In the repository it runs the TypeScript sources; the build makes the same file run what is
// compiled from them.
import module from 'node:module';
import { checkNodeVersion } from './node-version.mjs';

checkNodeVersion('install a newer one; in the repository, "npm ci" brings one that "npx tailgate" and npm scripts use');
// Node.js 22 says at each start of an engine that SQLite is an experimental feature.
const emitWarning = process.emitWarning.bind(process);
process.emitWarning = (warning, ...rest) => {
  if (rest[0] !== 'ExperimentalWarning') emitWarning(warning, ...rest);
};
// Node.js then keeps what it made of each file: a short command takes a third of the time.
module.enableCompileCache?.();
await import('../lib/cli/main.ts');
