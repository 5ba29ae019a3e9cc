/** What can stand in a pattern: a quotation, an escape, a class of characters, the start of a group. */
const PARTS = /\\Q.*?(?:\\E|$)|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\(\?P?<(\w+)>|\((?!\?)/gs;

export interface NamedGroupsOnly {
  readonly pattern: string;
  /** The names as they were, by those in the pattern. */
  readonly originals: ReadonlyMap<string, string>;
}

/**
 * Rewrites a pattern of which only the named groups matter. Go lets several groups have the same name, RE2 does not: all
 * but the first get another one. A group without a name captures nothing any more: each one that does costs time.
 */
export function namedGroupsOnly(pattern: string): NamedGroupsOnly {
  const originals = new Map<string, string>();
  const rewritten = pattern.replaceAll(PARTS, (part, name: string | undefined) => {
    if (name === undefined) return part === '(' ? '(?:' : part;
    let unused = name;
    for (let i = 2; originals.has(unused); i++) unused = `${name}_${i}`;
    originals.set(unused, name);
    return `(?P<${unused}>`;
  });
  return { pattern: rewritten, originals };
}
