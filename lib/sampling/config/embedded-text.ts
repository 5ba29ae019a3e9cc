import { collectorConfigs } from './collector-configs.ts';
import { type ConfigIssue, type ConfigNode, type ConfigPath, formatPath } from './config-issues.ts';
import { isAlloy } from './foreign-texts.ts';
import { nodesInside } from './nodes-inside.ts';
import { isYamlMap } from './yaml-map.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

/** Helm values in the text of an Argo CD application with a Collector's configuration as text have 2. */
const MAX_TEXTS_IN_TEXTS = 3;

const NAMES_TAIL_SAMPLING = /(?:^|[\s{,"'])tail_sampling(?:\/[^\s:"']+)?["']?\s*:/;
const HAS_PROCESSORS = /^\s*["']?processors["']?\s*:/m;

export interface ReadTexts {
  /** The document, with every text that is a Collector configuration read in its place. */
  readonly source: YamlSource;
  /** What is wrong in texts that should have been one. */
  readonly errors: readonly ConfigIssue[];
}

/**
 * Reads texts in a document that are YAML with `tail_sampling` themselves: the `data` of a ConfigMap, the `config` of an
 * OpenTelemetryCollector v1alpha1, the `content` of a config of Docker Compose.
 */
export function readEmbeddedText(source: YamlSource, depth = 0): ReadTexts {
  let result = source;
  const errors: ConfigIssue[] = [];
  if (depth === MAX_TEXTS_IN_TEXTS) return { source, errors };
  for (const { value, path } of nodesInside(source.value, () => false)) {
    if (typeof value !== 'string' || !NAMES_TAIL_SAMPLING.test(value)) continue;
    const read = readText(source, { value, path }, depth);
    errors.push(...read.errors);
    if (read.inner !== undefined) result = withTextRead(result, path, read.inner, read.outerLine);
  }
  return { source: result, errors };
}

interface ReadText {
  readonly inner: YamlSource | undefined;
  readonly errors: readonly ConfigIssue[];
  readonly outerLine: (line: number | undefined) => number | undefined;
}

function readText(source: YamlSource, { value, path }: ConfigNode, depth: number): ReadText {
  const outerLine = (line: number | undefined) => {
    const before = source.linesBefore(path);
    return before === undefined || line === undefined ? source.lineOf(path) : before + line;
  };
  const text = String(value);
  const { documents, errors } = readYaml(text);
  if (errors.length > 0 && (isAlloy(text) || !HAS_PROCESSORS.test(text))) {
    return { inner: undefined, errors: [], outerLine };
  }
  const texts = documents.map((document) => readEmbeddedText(document, depth + 1));
  const inner = texts.find((read) => collectorConfigs(read.source.value).length > 0)?.source;
  const place = formatPath(path);
  const placed = [...errors, ...texts.flatMap((read) => read.errors)].map((issue) => {
    const line = outerLine(issue.line);
    const innerPath = issue.path === '' ? place : `${place}.${issue.path}`;
    return { path: innerPath, message: issue.message, ...(line !== undefined && { line }) };
  });
  return { inner, errors: placed, outerLine };
}

function withTextRead(
  source: YamlSource,
  path: ConfigPath,
  inner: YamlSource,
  outerLine: ReadText['outerLine'],
): YamlSource {
  return {
    value: replaceAt(source.value, path, inner.value),
    lineOf: (asked) =>
      path.every((step, i) => asked[i] === step) && asked.length > path.length
        ? outerLine(inner.lineOf(asked.slice(path.length)))
        : source.lineOf(asked),
    linesBefore: (asked) => source.linesBefore(asked),
  };
}

function replaceAt(value: unknown, [step, ...rest]: ConfigPath, inner: unknown): unknown {
  if (step === undefined) return inner;
  if (Array.isArray(value)) return value.map((element, i) => (i === step ? replaceAt(element, rest, inner) : element));
  return isYamlMap(value) ? { ...value, [step]: replaceAt(value[step], rest, inner) } : value;
}
