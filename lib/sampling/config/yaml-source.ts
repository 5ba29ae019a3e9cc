import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, Scalar } from 'yaml';
import type { ConfigIssue, ConfigPath } from './config-issues.ts';
import { goIntegerTag } from './go-integer-tag.ts';
import { tooDeep } from './yaml-depth.ts';

/** A parsed YAML text: its value (ints as bigint, floats as number), and where in the text things stand. */
export interface YamlSource {
  readonly value: unknown;
  /** Empty when the text could be read. */
  readonly errors: readonly ConfigIssue[];
  /** The line of the innermost part of `path` that exists, from 1. */
  lineOf(path: ConfigPath): number | undefined;
  /** How many lines come before the text at `path`, if each line of it is a line of this text (a literal block, `|`). */
  linesBefore(path: ConfigPath): number | undefined;
}

/** An alias bomb must not cost memory; a real configuration has a handful. */
const MAX_ALIAS_COUNT = 100;

const NOTHING = { value: undefined, lineOf: () => undefined, linesBefore: () => undefined };

/** Reads YAML 1.2, strictly: a key that is given twice and an unknown tag are errors. */
export function readYaml(text: string): YamlSource {
  const deep = tooDeep(text);
  if (deep !== undefined) return { ...NOTHING, errors: [deep] };
  const lines = new LineCounter();
  const document = parseDocument(text, {
    customTags: (tags) => [goIntegerTag, ...tags],
    intAsBigInt: true,
    merge: true,
    lineCounter: lines,
    prettyErrors: false,
  });
  const errors: ConfigIssue[] = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    path: '',
    message: `not valid YAML: ${message}`,
    line: lines.linePos(pos[0]).line,
  }));
  if (errors.length > 0) return { ...NOTHING, errors };
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
    return {
      value,
      errors,
      lineOf: (path) => lineOf(document, lines, path),
      linesBefore: (path) => linesBefore(document, lines, path),
    };
  } catch (error) {
    const message = `not valid YAML: ${error instanceof Error ? error.message : String(error)}`;
    return { ...NOTHING, errors: [{ path: '', message }] };
  }
}

function lineOf(document: Document, lines: LineCounter, path: ConfigPath): number | undefined {
  let node: unknown = document.contents;
  let offset = isNode(node) ? node.range?.[0] : undefined;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
      if (pair === undefined) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else {
      break;
    }
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

function linesBefore(document: Document, lines: LineCounter, path: ConfigPath): number | undefined {
  const node = document.getIn(path, true);
  if (!isScalar(node) || node.type !== Scalar.BLOCK_LITERAL || !node.range) return undefined;
  return lines.linePos(node.range[0]).line;
}
