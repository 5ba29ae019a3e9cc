import { readFileSync } from 'node:fs';
import { runValidate } from './run-validate.ts';

process.exitCode = runValidate(process.argv.slice(2), {
  read: (file) => readFileSync(file === '-' ? 0 : file),
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
});
