import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { runCost } from './run-cost.ts';

/** Where the progress line stands; a terminal shows it in place, a file gets none. */
let shown = '';

process.exitCode = await runCost(process.argv.slice(2), {
  read: (file) => readFileSync(file, 'utf8'),
  print: (text) => {
    clear();
    console.log(text);
  },
  complain: (line) => console.error(line),
  progress: (what, percent) => {
    const text = `${what}: ${percent} %`;
    if (!process.stderr.isTTY || text === shown) return;
    clear();
    process.stderr.write(text);
    shown = text;
  },
  bold: (text) => styleText('bold', text, { stream: process.stdout }),
});

function clear(): void {
  if (shown !== '') process.stderr.write('\r\u001b[K');
  shown = '';
}
