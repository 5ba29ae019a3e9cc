import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = 'docs/performance.md';

/** Replaces a block of docs/performance.md, which stands between `<!-- generated: name -->` and `<!-- end -->`. */
export function writeBlock(name: string, text: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const begin = `<!-- generated: ${name} -->\n`;
  const start = page.indexOf(begin);
  const end = page.indexOf('<!-- end -->', start);
  if (start < 0 || end < 0) throw new Error(`${PAGE} has no block ${begin}`);
  writeFileSync(PAGE, `${page.slice(0, start)}${begin}\n${text}\n\n${page.slice(end)}`);
}
