import type { SamplingConfig } from '../sampling-config.ts';
import { chooseDocument } from './choose-document.ts';
import { checkSurroundings } from './collector/check-surroundings.ts';
import { checkFeatureGates } from './collector/feature-gates.ts';
import { readEmbeddedText } from './embedded.ts';
import { findBlock } from './find-block.ts';
import { recogniseText } from './foreign-texts.ts';
import { type ConfigIssue, ConfigIssues } from './issues.ts';
import { parseBlock } from './parse-block.ts';
import { resolveDollars } from './substitution.ts';
import { readYaml } from './yaml-source.ts';

interface Remarks {
  /** What works and may not be meant. */
  readonly warnings: readonly ConfigIssue[];
  /** What Tailgate does otherwise with something that is fine, e.g. leaves a `batch` processor out. */
  readonly notes: readonly ConfigIssue[];
}

export type SamplingConfigResult =
  | (Remarks & { readonly ok: true; readonly config: SamplingConfig })
  | (Remarks & { readonly ok: false; readonly issues: readonly ConfigIssue[] });

export interface ParseOptions {
  /**
   * What a component is that the Collector would run beside `tail_sampling` and that would change what is kept: an error for a
   * configuration that is new; a warning for one that is in use, which must not stop by an update of Tailgate. @default error
   */
  readonly lostComponents?: 'error' | 'warning';
}

/**
 * Reads the configuration of the Collector's tail_sampling processor from YAML: a whole Collector file, also inside of Helm
 * values, of a resource of the operator or of rendered manifests, a `tail_sampling:` block, or its bare options.
 *
 * Stricter than the Collector, which takes a misspelt block of options for a policy without any: unknown keys are errors
 * everywhere, and so are options of another type. Never throws.
 */
export function parseSamplingConfig(text: string, options: ParseOptions = {}): SamplingConfigResult {
  try {
    return parse(text, options);
  } catch (error) {
    // Who runs a configuration goes on with the last valid one, whatever is wrong with this.
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return failed([{ path: '', message: `cannot be read, unexpected error: ${cause}` }]);
  }
}

function parse(text: string, { lostComponents = 'error' }: ParseOptions): SamplingConfigResult {
  const stream = readYaml(text);
  const read = stream.documents.map((document) => readEmbeddedText(document));
  const unreadable = [...stream.errors, ...read.flatMap(({ errors }) => errors)];
  if (unreadable.length > 0) return failed([recogniseText(text) ?? unreadable].flat());

  const documents = read.map(({ source }) => source);
  const chosen = chooseDocument(documents);
  if (!chosen.ok) return failed([recogniseText(text) ?? chosen.issues].flat());
  const { source, notes } = chosen;
  const issues = new ConfigIssues(source.lineOf);
  const found = findBlock(source.value, issues);
  if (found === undefined) return failed([...issues.errors], issues);
  const { block } = found;
  const { config, ignored } = parseBlock({ value: resolveDollars(block, issues), path: block.path }, issues);
  const around = new ConfigIssues(source.lineOf);
  checkSurroundings({ root: source.value, ...found, ignored, decisionWaitMs: config.decisionWaitMs }, around);
  const gates = checkFeatureGates(documents, block);
  const isRefused = lostComponents === 'error';
  const errors = [...issues.errors, ...(isRefused ? around.errors : [])];
  const remarks = {
    warnings: inOrder([
      ...issues.warnings,
      ...around.warnings,
      ...gates.flatMap(({ warnings }) => warnings),
      ...(isRefused ? [] : around.errors),
    ]),
    notes: inOrder([...notes, ...around.notes, ...gates.flatMap((gate) => gate.notes)]),
  };
  return errors.length === 0 ? { ok: true, config, ...remarks } : { ok: false, issues: inOrder(errors), ...remarks };
}

function failed(issues: readonly ConfigIssue[], { warnings }: { warnings: readonly ConfigIssue[] } = { warnings: [] }) {
  return { ok: false, issues: inOrder(issues), warnings: inOrder(warnings), notes: [] } as const;
}

/** As they stand in the text; what has no line comes first. */
function inOrder(issues: readonly ConfigIssue[]): readonly ConfigIssue[] {
  return issues.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}
