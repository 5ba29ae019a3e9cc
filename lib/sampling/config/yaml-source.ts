import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  Scalar,
  type ScalarTag,
  type YAMLError,
} from 'yaml';
import type { ConfigIssue, ConfigPath } from './issues.ts';
import { repeatedKeys, tooDeep } from './yaml-checks.ts';

/**
 * Whole numbers that the Collector's YAML reader accepts and YAML 1.2 does not: with underscores (`100_000`, as in the
 * README of its processor), binary, and octal with a leading 0. Numbers of YAML 1.2 keep its rules.
 */
const goIntegerTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?(?:0b_*[01][01_]*|0x_*[\da-fA-F][\da-fA-F_]*|0o?_*[0-7][0-7_]*|[1-9]\d*_[\d_]*)$/,
  resolve(text) {
    const digits = text.replace(/[-+_]/g, '');
    const magnitude = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
    return text.startsWith('-') ? -magnitude : magnitude;
  },
};

/** One parsed YAML document: its value (ints as bigint, floats as number), and the places of its parts in the text. */
export interface YamlSource {
  readonly value: unknown;
  /** The line of the innermost part of `path` that exists, from 1. */
  lineOf(path: ConfigPath): number | undefined;
  /**
   * The number of lines before the text at `path`, if each of its lines is a line of this text (a literal block, `|`).
   */
  linesBefore(path: ConfigPath): number | undefined;
}

/** A YAML text: a stream of documents between lines of `---`. */
export interface YamlStream {
  /** The documents that are not empty. None if there are errors. */
  readonly documents: readonly YamlSource[];
  /** Empty if the text is valid. */
  readonly errors: readonly ConfigIssue[];
}

/** Limits aliases, so that an alias bomb does not use up memory. A real configuration has a handful. */
const MAX_ALIAS_COUNT = 100;
/** Limits the parser's message, in characters. */
const MAX_MESSAGE = 120;

/** Reads YAML 1.2 strictly: a repeated key and an unknown tag are errors. */
export function readYaml(text: string): YamlStream {
  const deep = tooDeep(text);
  if (deep !== undefined) return { documents: [], errors: [deep] };
  const lines = new LineCounter();
  const documents: readonly Document.Parsed[] = [
    ...parseAllDocuments(text, {
      customTags: (tags) => [goIntegerTag, ...tags],
      intAsBigInt: true,
      merge: true,
      uniqueKeys: false,
      lineCounter: lines,
      prettyErrors: false,
      // It would print warnings about keys that are maps; every key that is not known is an error here.
      logLevel: 'error',
    }),
  ];
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const errors: ConfigIssue[] = documents.flatMap(repeatedKeys).map(({ key, offset }) => ({
    path: '',
    message: `not valid YAML: the key ${key} occurs twice; ${key === '<<' ? 'write one with a list, <<: [*a, *b]' : 'keep one'}`,
    line: lineAt(offset),
  }));
  // Only the first, because one syntax error causes others after it.
  const [syntaxError] = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  if (syntaxError !== undefined) {
    const message = `not valid YAML: ${inWords(syntaxError)}`;
    errors.push({ path: '', message, line: lineAt(syntaxError.pos[0]) });
  }
  if (errors.length > 0) return { documents: [], errors };
  const sources: YamlSource[] = [];
  for (const document of documents) {
    try {
      const value: unknown = document.toJS({ maxAliasCount: MAX_ALIAS_COUNT });
      if (value === null) continue;
      sources.push({
        value,
        lineOf: (path) => lineOf(document, lines, path),
        linesBefore: (path) => linesBefore(document, lines, path),
      });
    } catch (error) {
      const message = `not valid YAML: ${error instanceof Error ? error.message : String(error)}`;
      const line = documents.length > 1 ? lineOf(document, lines, []) : undefined;
      errors.push({ path: '', message, ...(line !== undefined && { line }) });
    }
  }
  return errors.length > 0 ? { documents: [], errors } : { documents: sources, errors };
}

function inWords({ code, message }: YAMLError): string {
  return code === 'TAB_AS_INDENT' ? 'a tab; indent with spaces' : inOneLine(message);
}

/** Some messages quote the rest of the text. */
function inOneLine(message: string): string {
  const [line = ''] = message.split(/[\r\n]/);
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}…` : line;
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
