import { readFileSync } from 'node:fs';
import { whyUnreadable } from '../text/messages.ts';
import { CommandError } from './errors.ts';

/**
 * The bytes of a file that a person named; `-` is standard input.
 *
 * @throws {CommandError} when it cannot be read
 */
export function readNamedFile(file: string): Uint8Array {
  try {
    return readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    throw unreadableFile(file, error);
  }
}

/**
 * The same as text in UTF-8.
 *
 * @throws {CommandError} when it cannot be read
 */
export function readNamedText(file: string): string {
  return new TextDecoder().decode(readNamedFile(file));
}

/** The one sentence about a file that cannot be read. */
export function unreadableFile(file: string, error: unknown): CommandError {
  return new CommandError(`${file === '-' ? 'standard input' : file} cannot be read: ${whyUnreadable(error)}`, {
    cause: error,
  });
}
