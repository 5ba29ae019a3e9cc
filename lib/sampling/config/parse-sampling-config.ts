import type { SamplingConfig } from '../sampling-config.ts';
import { type ConfigIssue, ConfigIssues } from './config-issues.ts';
import { readEmbeddedText } from './embedded-text.ts';
import { findBlock } from './find-block.ts';
import { parseBlock } from './parse-block.ts';
import { resolveDollars } from './substitution.ts';
import { readYaml } from './yaml-source.ts';

export type SamplingConfigResult =
  | { readonly ok: true; readonly config: SamplingConfig; readonly warnings: readonly ConfigIssue[] }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[]; readonly warnings: readonly ConfigIssue[] };

/**
 * Reads the configuration of the Collector's tail_sampling processor from YAML: a whole Collector file, also inside of Helm
 * values or a resource of the operator, a `tail_sampling:` block, or its bare options. Either a configuration, or everything that is wrong with it.
 *
 * Stricter than the Collector, which takes a misspelt block of options for a policy without any: unknown keys are errors
 * everywhere, and so are options of another type. Never throws.
 */
export function parseSamplingConfig(text: string): SamplingConfigResult {
  try {
    return parse(text);
  } catch (error) {
    // Who runs a configuration goes on with the last valid one, whatever is wrong with this.
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { ok: false, issues: [{ path: '', message: `cannot be read, unexpected error: ${cause}` }], warnings: [] };
  }
}

function parse(text: string): SamplingConfigResult {
  const source = readEmbeddedText(readYaml(text));
  if (source.errors.length > 0) return { ok: false, issues: source.errors, warnings: [] };

  const issues = new ConfigIssues(source.lineOf);
  const block = findBlock(source.value, issues);
  if (block !== undefined) {
    const config = parseBlock({ value: resolveDollars(block, issues), path: block.path }, issues);
    if (issues.errors.length === 0) return { ok: true, config, warnings: inOrder(issues.warnings) };
  }
  return { ok: false, issues: inOrder(issues.errors), warnings: inOrder(issues.warnings) };
}

/** As they stand in the text; what has no line comes first. */
function inOrder(issues: readonly ConfigIssue[]): readonly ConfigIssue[] {
  return issues.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}
