import { type Languages, LanguagesNotLoadedError, type PolicyContext } from '../policy.ts';
import type { SamplingConfig } from '../sampling-config.ts';
import { checkSurroundings } from './collector/check-surroundings.ts';
import { checkFeatureGates } from './collector/feature-gates.ts';
import { readEmbeddedText } from './embedded.ts';
import { chooseDocument, findBlock } from './find-block.ts';
import { recogniseText } from './foreign-texts.ts';
import { type ConfigIssue, ConfigIssues } from './issues.ts';
import { parseBlock } from './parse-block.ts';
import { resolveDollars } from './substitution.ts';
import { readYaml } from './yaml-source.ts';

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
 * Reads a configuration, as `parseSamplingConfig` says. It throws nothing else.
 *
 * @param languages called when a policy needs them
 * @throws {LanguagesNotLoadedError} when `languages` does
 */
export function parseConfigText(
  text: string,
  languages: PolicyContext['languages'],
  options: ParseOptions = {},
): SamplingConfigResult {
  try {
    return parse(text, languages, options);
  } catch (error) {
    if (error instanceof LanguagesNotLoadedError) throw error;
    // The caller continues with the last valid configuration, whatever is wrong with this one.
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return failed([{ path: '', message: `cannot be read, unexpected error: ${cause}` }]);
  }
}

/**
 * {@link parseConfigText} for a program that loads the languages only when a policy needs them: it reads the text
 * without, and again with them if it comes across such a policy. The result is the same.
 *
 * @throws what `load` rejects with
 */
export async function parseLoadingLanguages(
  text: string,
  load: () => Promise<Languages>,
  options: ParseOptions = {},
): Promise<SamplingConfigResult> {
  try {
    return parseConfigText(text, notLoaded, options);
  } catch (error) {
    if (!(error instanceof LanguagesNotLoadedError)) throw error;
    const languages = await load();
    return parseConfigText(text, () => languages, options);
  }
}

function parse(
  text: string,
  languages: PolicyContext['languages'],
  { lostComponents = 'error' }: ParseOptions,
): SamplingConfigResult {
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
  const resolved = { value: resolveDollars(block, issues), path: block.path };
  const { config, ignored } = parseBlock(resolved, issues, languages);
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

/** Stands for the languages until they are loaded. */
function notLoaded(): never {
  throw new LanguagesNotLoadedError('a policy needs OTTL or RE2, which have not been loaded');
}

/** In the order of the text; issues without a line come first. */
function inOrder(issues: readonly ConfigIssue[]): readonly ConfigIssue[] {
  return issues.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}
