// Starts a TypeScript entry point: node bin/run.mjs [entry point [arguments]]. Without one it only checks Node.js.
// Plain JavaScript, because it must also run, and explain itself, on a Node.js that cannot load TypeScript.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const REQUIRED_MAJOR = 24;
const version = process.versions.node;
if (Number(version.split('.')[0]) < REQUIRED_MAJOR) {
  console.error(
    `tailgate needs Node.js ${REQUIRED_MAJOR}, this is ${version}. The package "node" brings the right one: run "npm ci" ` +
      'without --ignore-scripts, and start through npm (npm start, npm test, npm run …)',
  );
  process.exit(1);
}
if (process.argv[2] !== undefined) {
  const entryPoint = resolve(process.argv[2]);
  process.argv.splice(1, 2, entryPoint);
  await import(pathToFileURL(entryPoint).href);
}
