import type { SamplingConfig } from '../sampling-config.ts';
import { checkSurroundings } from './collector/check-surroundings.ts';
import { checkFeatureGates } from './collector/feature-gates.ts';
import { decodeText, NotUtf8Error } from './decode-text.ts';
import { readEmbeddedText } from './embedded.ts';
import { chooseDocument, findBlock } from './find-block.ts';
import { recogniseText } from './foreign-texts.ts';
import { type ConfigIssue, ConfigIssues } from './issues.ts';
import { parseBlock } from './parse-block.ts';
import { resolveDollars } from './substitution.ts';
import { readYaml } from './yaml-source.ts';

/**
 * Rendered charts with the definitions of the operator have 2 MB. YAML without a limit would take unlimited time and
 * memory.
 */
const MAX_BYTES = 4 * 1024 * 1024;

/** {@link parseSamplingConfig} for the bytes of a file, which must be UTF-8. */
export function readSamplingConfig(bytes: Uint8Array): SamplingConfigResult {
  if (bytes.length > MAX_BYTES) {
    const size = (bytes.length / (1024 * 1024)).toFixed(1);
    return refused(`has ${size} MiB; expected a configuration of at most ${MAX_BYTES / (1024 * 1024)} MiB`);
  }
  try {
    return parseSamplingConfig(decodeText(bytes));
  } catch (error) {
    if (!(error instanceof NotUtf8Error)) throw error;
    return refused(error.message, error.line);
  }
}

function refused(message: string, line?: number): SamplingConfigResult {
  return { ok: false, issues: [{ path: '', message, ...(line !== undefined && { line }) }], warnings: [], notes: [] };
}

interface Remarks {
  /** Settings that work and may not be meant. */
  readonly warnings: readonly ConfigIssue[];
  /**
   * Settings that Tailgate treats differently without an effect on what is kept, such as a `batch` processor that it
   * leaves out.
   */
  readonly notes: readonly ConfigIssue[];
}

export type SamplingConfigResult =
  | (Remarks & { readonly ok: true; readonly config: SamplingConfig })
  | (Remarks & { readonly ok: false; readonly issues: readonly ConfigIssue[] });

export interface ParseOptions {
  /**
   * Severity of a component that the Collector would run beside `tail_sampling` and that would change what is kept. It
   * is an error for a new configuration, and a warning for one in use, which an update of Tailgate must not stop.
   * @default error
   */
  readonly lostComponents?: 'error' | 'warning';
}

/**
 * Reads the configuration of the Collector's tail_sampling processor from YAML: a whole Collector file, also inside
 * Helm values, a resource of the operator or rendered manifests; a `tail_sampling:` block; or its bare options.
 *
 * It is stricter than the Collector, which reads a misspelt block of options as a policy without any: unknown keys are
 * errors everywhere, and so are options of another type. It never throws.
 */
export function parseSamplingConfig(text: string, options: ParseOptions = {}): SamplingConfigResult {
  try {
    return parse(text, options);
  } catch (error) {
    // The caller continues with the last valid configuration, whatever is wrong with this one.
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

/** In the order of the text; issues without a line come first. */
function inOrder(issues: readonly ConfigIssue[]): readonly ConfigIssue[] {
  return issues.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}
