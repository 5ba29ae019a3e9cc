import { type CST, type Document, isScalar, LineCounter, type ParsedNode, Parser, visit } from 'yaml';
import type { ConfigIssue } from './issues.ts';

/** A key that its map has more than once. */
export interface RepeatedKey {
  readonly key: string;
  /** The place of its second occurrence. */
  readonly offset: number;
}

/**
 * The keys that occur more than once in their map, each once. The parser's own check compares each key with all others,
 * so it takes minutes for a file of 50,000 keys.
 */
export function repeatedKeys(document: Document): readonly RepeatedKey[] {
  const repeated: RepeatedKey[] = [];
  visit(document, {
    Map(_, { items }) {
      const counts = new Map<string, number>();
      for (const { key } of items as readonly { readonly key: ParsedNode | null }[]) {
        // Keys that are not scalars are compared by the code that reads them. Merge keys count, as in the Collector:
        // one may have a list.
        if (!isScalar(key)) continue;
        const name = String(key.value);
        const count = (counts.get(name) ?? 0) + 1;
        counts.set(name, count);
        if (count === 2) repeated.push({ key: key.source ?? name, offset: key.range?.[0] ?? 0 });
      }
    },
  });
  return repeated;
}

/** The maximum depth of maps and lists. A Helm file around a whole Collector configuration has about 15 levels. */
const MAX_YAML_DEPTH = 64;

/**
 * The place where a text is nested deeper than {@link MAX_YAML_DEPTH}; undefined if it is not. The YAML reader builds a
 * document by recursion, and for maps as keys it takes more than quadratic time in the depth. Its tokenizer does
 * neither.
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
