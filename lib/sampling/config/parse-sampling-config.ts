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

/** The bytes are not text in UTF-8. */
class NotUtf8Error extends Error {
  override readonly name = 'NotUtf8Error';
  /** From 1, if a single line is wrong. */
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

const NEWLINE = 0x0a;
const GZIP_MARK = [0x1f, 0x8b];
/** Byte order marks, which usually begin a UTF-16 text. */
const UTF_16_MARKS = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];

const UTF_16 =
  'is UTF-16, as > and Out-File of Windows PowerShell write it; expected UTF-8: ' +
  'Get-Content FILE | Set-Content -Encoding utf8 NEW, or iconv -f UTF-16 -t UTF-8 FILE > NEW';
const OTHER =
  'is not UTF-8 from here on, perhaps Latin-1 or Windows-1252; expected UTF-8: ' +
  'save it as that, or iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW';

/** Text in UTF-8, with or without a byte order mark. @throws {NotUtf8Error} */
export function decodeText(bytes: Uint8Array): string {
  if (startsWith(bytes, GZIP_MARK)) throw new NotUtf8Error('is a gzip; expected text: gunzip -c FILE > NEW');
  // UTF-16 without its mark is valid UTF-8 as long as its characters are ASCII, except for the NULs, which YAML does
  // not allow.
  if (UTF_16_MARKS.some((mark) => startsWith(bytes, mark)) || isHalfNul(bytes)) throw new NotUtf8Error(UTF_16);
  if (bytes.includes(0)) throw new NotUtf8Error('is not text (it has a byte 0); expected YAML in UTF-8');
  try {
    return decode(bytes);
  } catch {
    throw new NotUtf8Error(OTHER, firstWrongLine(bytes));
  }
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, i) => bytes[i] === byte);
}

/** In UTF-16, Latin letters have a NUL next to each. */
function isHalfNul(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 200);
  return start.length > 1 && start.filter((byte) => byte === 0).length * 2 >= start.length - 1;
}

/** The byte of a newline is never part of another character. */
function firstWrongLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    try {
      decode(bytes.subarray(start, end));
    } catch {
      break;
    }
    start = end + 1;
  }
  return line;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

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
