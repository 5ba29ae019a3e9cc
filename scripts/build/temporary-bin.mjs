#!/usr/bin/env node
const COMMANDS = {
  start: () => import('../lib/local/main.js'),
  validate: () => import('../lib/cli/validate/main.js'),
  query: () => import('../lib/cli/query/main.js'),
};
const [command] = process.argv.slice(2);
process.argv.splice(2, 1);
await COMMANDS[command]();
