import type { XmlCursor } from './xml-cursor.ts';

/** Reads behind `<!`, as of `<!DOCTYPE …>`, up to the `>` that belongs to it. Comments become a space. */
export function readDirective(cursor: XmlCursor): string {
  let directive = cursor.text.charAt(cursor.at++);
  let quote = '';
  let depth = 0;
  while (!cursor.isAtEnd) {
    if (quote === '' && cursor.take('<!--')) {
      cursor.takeUntil('-->');
      directive += ' ';
      continue;
    }
    const character = cursor.text.charAt(cursor.at++);
    if (quote === '' && character === '>' && depth === 0) return directive;
    directive += character;
    if (character === quote) quote = '';
    else if (quote !== '') continue;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '<') depth++;
    else if (character === '>') depth--;
  }
  return cursor.fail('> is missing');
}
