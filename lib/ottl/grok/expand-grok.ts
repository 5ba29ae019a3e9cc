import patterns from './grok-patterns.json' with { type: 'json' };

const PATTERNS: Readonly<Record<string, string>> = patterns;
const REFERENCE = /%\{(\w+(?::[\w+.]+(?::\w+)?)?)\}/g;

/** As in the Collector, against patterns that refer to themselves. */
const MAX_ROUNDS = 1000;
const MAX_LENGTH = 1_000_000;

/** Stands for a dot, which cannot be in the name of a group. */
const DOT = '___';

export interface ExpandedGrok {
  readonly pattern: string;
  /** What the value of a group is to be, as `int`, by the name of the group. */
  readonly types: ReadonlyMap<string, string>;
}

/**
 * Writes out `%{NAME}`, `%{NAME:group}` and `%{NAME:group:type}`. A name alone is also its group, unless only named
 * captures are wanted.
 * @throws {RangeError} for a name that is neither defined nor in the tables, and for a pattern without end.
 */
export function expandGrok(
  grok: string,
  definitions: ReadonlyMap<string, string>,
  namedCapturesOnly: boolean,
): ExpandedGrok {
  const types = new Map<string, string>();
  let pattern = grok;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = pattern;
    let length = pattern.length;
    pattern = before.replaceAll(REFERENCE, (reference, inner: string) => {
      const [name = '', target, type] = inner.split(':');
      const group = target === undefined ? name : target.replaceAll('.', DOT);
      if (type !== undefined) types.set(group, type);
      const isUnnamed = namedCapturesOnly && target === undefined;
      const written = `(${isUnnamed ? '' : `?P<${group}>`}${definitionOf(name, definitions)})`;
      length += written.length - reference.length;
      if (length > MAX_LENGTH) throw new RangeError(`the pattern of ${name} has no end`);
      return written;
    });
    if (pattern === before) break;
  }
  return { pattern, types };
}

/** The name of a value, from that of its group. */
export function keyOfGroup(group: string): string {
  return group.replaceAll(DOT, '.');
}

function definitionOf(name: string, definitions: ReadonlyMap<string, string>): string {
  const definition = definitions.get(name) ?? (Object.hasOwn(PATTERNS, name) ? PATTERNS[name] : undefined);
  if (definition === undefined) throw new RangeError(`there is no pattern ${name}`);
  return definition;
}
