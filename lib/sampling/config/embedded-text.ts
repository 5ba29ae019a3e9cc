import type { ConfigPath } from './config-issues.ts';
import { embeddedConfigs } from './embedded-configs.ts';
import { isYamlMap } from './yaml-map.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

/** The source with every embedded configuration that is a text read as YAML of its own, in its place. */
export function readEmbeddedText(source: YamlSource): YamlSource {
  let result = source;
  for (const { value, path } of embeddedConfigs(source.value)) {
    if (typeof value === 'string') result = withTextRead(result, path, value);
  }
  return result;
}

function withTextRead(source: YamlSource, path: ConfigPath, text: string): YamlSource {
  const inner = readYaml(text);
  const outerLine = (line: number | undefined) => {
    const before = source.linesBefore(path);
    return before === undefined || line === undefined ? source.lineOf(path) : before + line;
  };
  const innerErrors = inner.errors.map((issue) => {
    const line = outerLine(issue.line);
    return { path: path.join('.'), message: issue.message, ...(line !== undefined && { line }) };
  });
  return {
    value: replaceAt(source.value, path, inner.value),
    errors: [...source.errors, ...innerErrors],
    lineOf: (asked) =>
      path.every((step, i) => asked[i] === step) && asked.length > path.length
        ? outerLine(inner.lineOf(asked.slice(path.length)))
        : source.lineOf(asked),
    linesBefore: (asked) => source.linesBefore(asked),
  };
}

function replaceAt(value: unknown, [step, ...rest]: ConfigPath, inner: unknown): unknown {
  if (step === undefined) return inner;
  return isYamlMap(value) ? { ...value, [step]: replaceAt(value[step], rest, inner) } : value;
}
