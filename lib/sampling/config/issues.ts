import { excerpt, quotedExcerpt } from '../../text/messages.ts';

/** The path to a value: keys of maps and indices of lists. */
export type ConfigPath = readonly (string | number)[];

/** A value of the configuration and its place. */
export interface ConfigNode {
  readonly value: unknown;
  readonly path: ConfigPath;
}

/** Something that a person should change in the configuration. */
export interface ConfigIssue {
  /** Such as `policies[2].latency.threshold_ms`; empty for the whole text. */
  readonly path: string;
  /** What was found, and what is allowed. */
  readonly message: string;
  /** From 1; missing if unknown. */
  readonly line?: number;
}

/**
 * Collects everything that is wrong, so that it is reported at once. Warnings and notes do not stop the configuration:
 * a warning is about something that may not be meant, a note says what Tailgate does differently without an effect on
 * what is kept.
 */
export class ConfigIssues {
  readonly errors: ConfigIssue[] = [];
  readonly warnings: ConfigIssue[] = [];
  readonly notes: ConfigIssue[] = [];
  readonly #lineOf: (path: ConfigPath) => number | undefined;

  constructor(lineOf: (path: ConfigPath) => number | undefined) {
    this.#lineOf = lineOf;
  }

  error(path: ConfigPath, message: string): void {
    this.errors.push(this.#issue(path, message));
  }

  warn(path: ConfigPath, message: string): void {
    this.warnings.push(this.#issue(path, message));
  }

  note(path: ConfigPath, message: string): void {
    this.notes.push(this.#issue(path, message));
  }

  #issue(path: ConfigPath, message: string): ConfigIssue {
    const line = this.#lineOf(path);
    return { path: formatPath(path), message, ...(line !== undefined && { line }) };
  }
}

/** `policies[2].latency.threshold_ms`. */
export function formatPath(path: ConfigPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** A value, as a message shows it. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string') return quotedExcerpt(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return excerpt(String(value));
}

/** Names for a message; a long list is cut off. */
export function nameList(names: readonly (string | number)[], most = 6): string {
  if (names.length === 0) return 'nothing';
  return names.length > most ? `${names.slice(0, most).join(', ')} and ${names.length - most} more` : names.join(', ');
}
