import { type Document, isScalar, type ParsedNode, visit } from 'yaml';

/** A key that its map has more than once. */
export interface RepeatedKey {
  readonly key: string;
  /** Where it stands for the second time. */
  readonly offset: number;
}

/**
 * The keys of all maps that are given twice, each once. The parser's own check compares each key with all others, so that a file of 50,000
 * keys takes minutes.
 */
export function repeatedKeys(document: Document): readonly RepeatedKey[] {
  const repeated: RepeatedKey[] = [];
  visit(document, {
    Map(_, { items }) {
      const counts = new Map<string, number>();
      for (const { key } of items as readonly { readonly key: ParsedNode | null }[]) {
        // A key that is no scalar is compared by what reads it. Merge keys count, as in the Collector: one may have a list.
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
