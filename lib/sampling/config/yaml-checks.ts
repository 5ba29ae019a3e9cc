import { type CST, LineCounter, Parser } from 'yaml';
import type { ConfigIssue } from './issues.ts';

/** How deep maps and lists may be nested. A Helm file around a whole Collector configuration has about 15 levels. */
export const MAX_YAML_DEPTH = 64;

/**
 * The place where a text is nested deeper than {@link MAX_YAML_DEPTH}; undefined when it is not. The reader of YAML makes a document
 * by recursion, and takes more than the square of the depth for maps as keys. Its tokens are made without either.
 */
export function tooDeep(text: string): ConfigIssue | undefined {
  const lines = new LineCounter();
  const open: { readonly token: CST.Token; readonly depth: number }[] = [];
  for (const token of new Parser(lines.addNewLine).parse(text)) open.push({ token, depth: 0 });
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > MAX_YAML_DEPTH) {
      const message = `not valid here: maps and lists are nested more than ${MAX_YAML_DEPTH} levels deep`;
      return { path: '', message, line: lines.linePos(token.offset).line };
    }
    if (token.type === 'document') {
      if (token.value) open.push({ token: token.value, depth });
      continue;
    }
    if (!('items' in token)) continue;
    for (const { key, value } of token.items) {
      if (key) open.push({ token: key, depth: depth + 1 });
      if (value) open.push({ token: value, depth: depth + 1 });
    }
  }
  return undefined;
}
