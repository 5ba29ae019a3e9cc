#!/usr/bin/env node
// The command `tailgate`: in the repository it runs the TypeScript sources, in the package what was compiled from them.
// Plain JavaScript, because it must also run, and explain itself, on a Node.js that cannot load the rest.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const sources = new URL('../lib/cli/main.ts', import.meta.url);
const isRepository = existsSync(sources);
/** Node.js 24 loads TypeScript; what is compiled needs less. */
const oldest = isRepository ? 24 : 22;

if (Number(process.versions.node.split('.')[0]) >= oldest) {
  // What Node.js has made of a file once, it need not make again: half of the time that a short command takes.
  module.enableCompileCache?.();
  await import(isRepository ? sources.href : new URL('../lib/cli/main.js', import.meta.url).href);
} else {
  // `npm ci` in the repository brings the right Node.js, as the package "node".
  const ownNode = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  if (isRepository && existsSync(ownNode)) runWith(ownNode);
  else explain();
}

/** Runs the same command line under another Node.js, and ends as it does. */
function runWith(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('error', explain);
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
}

function explain() {
  const remedy = isRepository
    ? 'the package "node" brings the right one: run "npm ci" without --ignore-scripts'
    : 'install a newer one from https://nodejs.org';
  console.error(`tailgate needs Node.js ${oldest}, this is ${process.versions.node}: ${remedy}`);
  process.exitCode = 1;
}
