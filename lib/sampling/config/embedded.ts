import { collectorConfigs } from './collector-configs.ts';
import { isAlloy } from './foreign-texts.ts';
import { type ConfigIssue, type ConfigNode, type ConfigPath, formatPath } from './issues.ts';
import { nodesInside } from './yaml-map.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

/**
 * An Argo CD application whose text contains Helm values whose text contains a Collector configuration has a depth of
 * 2.
 */
const MAX_TEXTS_IN_TEXTS = 3;

const NAMES_TAIL_SAMPLING = /(?:^|[\s{,"'])tail_sampling(?:\/[^\s:"']+)?["']?\s*:/;
const HAS_PROCESSORS = /^\s*["']?processors["']?\s*:/m;

interface ReadTexts {
  /** The document, in which every text that is a Collector configuration is replaced by its value. */
  readonly source: YamlSource;
  /** The errors in texts that should have been one. */
  readonly errors: readonly ConfigIssue[];
}

/** A text in a document, parsed as YAML. */
interface InnerSource {
  readonly path: ConfigPath;
  readonly inner: YamlSource;
  readonly outerLine: (line: number | undefined) => number | undefined;
}

/**
 * Reads texts in a document that are YAML with `tail_sampling` themselves: the `data` of a ConfigMap, the `config` of
 * an OpenTelemetryCollector v1alpha1, the `content` of a config of Docker Compose.
 */
export function readEmbeddedText(source: YamlSource, depth = 0): ReadTexts {
  const errors: ConfigIssue[] = [];
  const inners: InnerSource[] = [];
  if (depth < MAX_TEXTS_IN_TEXTS) {
    for (const node of nodesInside(source.value, () => false)) {
      if (typeof node.value === 'string' && NAMES_TAIL_SAMPLING.test(node.value)) {
        const read = readText(source, node.value, node, depth);
        errors.push(...read.errors);
        if (read.inner !== undefined) inners.push(read.inner);
      }
    }
  }
  return { source: inners.length === 0 ? source : withTextsRead(source, inners), errors };
}

function readText(
  source: YamlSource,
  text: string,
  { path }: ConfigNode,
  depth: number,
): { readonly inner: InnerSource | undefined; readonly errors: readonly ConfigIssue[] } {
  const { documents, errors } = readYaml(text);
  if (errors.length > 0 && (isAlloy(text) || !HAS_PROCESSORS.test(text))) return { inner: undefined, errors: [] };
  const outerLine = (line: number | undefined) => {
    const before = source.linesBefore(path);
    return before === undefined || line === undefined ? source.lineOf(path) : before + line;
  };
  const texts = documents.map((document) => readEmbeddedText(document, depth + 1));
  const inner = texts.find((read) => collectorConfigs(read.source.value).length > 0)?.source;
  const place = formatPath(path);
  const placed = [...errors, ...texts.flatMap((read) => read.errors)].map((issue) => {
    const line = outerLine(issue.line);
    const innerPath = issue.path === '' ? place : `${place}.${issue.path}`;
    return { path: innerPath, message: issue.message, ...(line !== undefined && { line }) };
  });
  return { inner: inner && { path, inner, outerLine }, errors: placed };
}

function withTextsRead(source: YamlSource, inners: readonly InnerSource[]): YamlSource {
  // This changes the value in place, because copying a large file for each text takes time.
  const root = { value: source.value };
  for (const { path, inner } of inners) setAt(root, ['value', ...path], inner.value);
  return {
    value: root.value,
    lineOf: (asked) => {
      const text = inners.find(({ path }) => path.length < asked.length && path.every((step, i) => asked[i] === step));
      return text === undefined
        ? source.lineOf(asked)
        : text.outerLine(text.inner.lineOf(asked.slice(text.path.length)));
    },
    linesBefore: (asked) => source.linesBefore(asked),
  };
}

function setAt(root: object, path: ConfigPath, value: unknown): void {
  const [last = '', ...outer] = path.toReversed();
  const holder: unknown = outer.reduceRight<unknown>((inside, step) => Reflect.get(Object(inside), step), root);
  Reflect.set(Object(holder), last, value);
}
