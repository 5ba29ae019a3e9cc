import { readFileSync } from 'node:fs';
import { encodeConfigText } from '../aws/ssm/config-text.ts';
import { decodeText } from '../sampling/config/decode-text.ts';
import type { ConfigIssue } from '../sampling/config/issues.ts';
import { readSamplingConfig } from '../sampling/config/read-sampling-config.ts';
import { whyUnreadable } from '../sampling/config/why-unreadable.ts';

/** The `tail_sampling` configuration that a pipeline starts with, as a Collector file, a block, or its bare options. */
export class Policies {
  /** A file, relative to the working directory. What is wrong with it is reported together with the other properties. */
  static fromFile(path: string): Policies {
    try {
      return Policies.#fromBytes(readFileSync(path), path);
    } catch (error) {
      return new Policies('', [`${path} cannot be read: ${whyUnreadable(error)}`]);
    }
  }

  /** @param source what messages call the text */
  static fromText(text: string, source = 'policies'): Policies {
    return Policies.#fromBytes(Buffer.from(text), source);
  }

  static #fromBytes(bytes: Uint8Array, source: string): Policies {
    const result = readSamplingConfig(bytes);
    if (!result.ok) return new Policies('', inWords(source, result.issues), inWords(source, result.warnings));
    try {
      const value = encodeConfigText(decodeText(bytes));
      return new Policies(value, [], inWords(source, result.warnings), inWords(source, result.notes));
    } catch (error) {
      return new Policies('', [`${source}: ${error instanceof Error ? error.message : String(error)}`]);
    }
  }

  /** The value of the SSM parameter; empty when there is a problem. */
  readonly parameterValue: string;
  /** A line for each error, with its place. */
  readonly problems: readonly string[];
  /** A line for each thing that works and may not be meant, with its place. */
  readonly warnings: readonly string[];
  /** A line for each thing that Tailgate does otherwise, or not at all, and that is fine. */
  readonly notes: readonly string[];

  private constructor(
    parameterValue: string,
    problems: readonly string[],
    warnings: readonly string[] = [],
    notes: readonly string[] = [],
  ) {
    this.parameterValue = parameterValue;
    this.problems = problems;
    this.warnings = warnings;
    this.notes = notes;
  }
}

function inWords(source: string, issues: readonly ConfigIssue[]): readonly string[] {
  return issues.map(({ path, message, line }) => {
    const place = line === undefined ? source : `${source}:${line}`;
    return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
  });
}
