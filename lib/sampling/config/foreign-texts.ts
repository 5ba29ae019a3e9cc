import type { ConfigIssue } from './issues.ts';

interface ForeignText {
  /** Matches a line that no YAML configuration of a Collector has. */
  readonly sign: RegExp;
  /** What the file is, what is expected, and what to do. */
  readonly message: string;
}

const ALLOY_COMPONENT = /^[ \t]*otelcol\.[\w.]+\s+"[^"\n]*"\s*\{/m;
const ALLOY_TAIL_SAMPLING = /^[ \t]*otelcol\.processor\.tail_sampling\s+"[^"\n]*"\s*\{/m;

/** The most specific first. */
const FOREIGN_TEXTS: readonly ForeignText[] = [
  {
    sign: ALLOY_TAIL_SAMPLING,
    message:
      'is a configuration of Grafana Alloy; expected YAML. Write this block as tail_sampling: its policy blocks become the list ' +
      'policies, other blocks become maps, "a = b" becomes "a: b" (docs/policies.md, From Grafana Alloy)',
  },
  {
    sign: ALLOY_COMPONENT,
    message:
      'is a configuration of Grafana Alloy, without otelcol.processor.tail_sampling; expected YAML with tail_sampling',
  },
  {
    sign: /^\s*<(?:!doctype|html|\?xml|!--)/i,
    message: 'is HTML or XML, perhaps the page around a file; expected YAML: download the raw file',
  },
  {
    sign: /^[ \t]*(?:```|~~~)/m,
    message: 'is Markdown; expected YAML: save what is between the lines of ``` as a file of its own',
  },
  {
    sign: /^[^#\n]*\{\{-?\s*(?:if|else|end|range|with|include|define|template|toYaml|tpl|\.Values|\.Release|\.Chart|\$)/m,
    message: 'is the template of a Helm chart; expected YAML: render it first, helm template CHART > rendered.yaml',
  },
  {
    sign: /^[ \t]*(?:(?:resource|data)\s+"[^"\n]+"\s+"|(?:module|variable|provider|output)\s+"[^"\n]+"\s*\{|(?:terraform|locals)\s*\{)/m,
    message: 'is Terraform; expected YAML: save the Collector configuration that it contains as a file of its own',
  },
  {
    sign: /^[ \t]*(?:local\s+\w+(?:\([^)]*\))?\s*=|[\w'"]+[ \t]*:{2,3}[ \t])/m,
    message: 'is Jsonnet; expected YAML or JSON: evaluate it first, jsonnet FILE > config.json',
  },
  {
    sign: /^[ \t]*\[{1,2}[\w."-]+\]{1,2}[ \t]*\r?\n[ \t]*[\w."-]+[ \t]*=/m,
    message: 'is TOML; expected YAML with tail_sampling',
  },
];

/** Says which format a text without a configuration has, if its look shows it. */
export function recogniseText(text: string): ConfigIssue | undefined {
  for (const { sign, message } of FOREIGN_TEXTS) {
    const match = sign.exec(text);
    if (match === null) continue;
    const before = text.slice(0, match.index + match[0].search(/\S|$/));
    return { path: '', message, line: before.split('\n').length };
  }
  return undefined;
}

/** Whether a text is a configuration of Grafana Alloy, whose syntax can look like a text in YAML. */
export function isAlloy(text: string): boolean {
  return ALLOY_COMPONENT.test(text);
}
