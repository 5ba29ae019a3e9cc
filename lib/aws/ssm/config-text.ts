import { gunzipSync, gzipSync } from 'node:zlib';

// The constructs of `lib/cdk` write this text too: no import of this file may lead to the AWS SDK, which their users do not have.

/** Largest value of a parameter of the standard tier, in bytes. */
const STANDARD_TIER_BYTES = 4096;
/** The same of the advanced tier, which costs some cents a month. */
const ADVANCED_TIER_BYTES = 8192;

const COMPRESSED = 'gzip:';
/** Parameter Store refuses values with it, because it takes it for a reference to another parameter. */
const REFERENCE = '{{';
/** Bounds what a parameter can cost in memory; far above what 8 KB of YAML compress. */
const MAX_TEXT_BYTES = 1024 * 1024;

/** The configuration does not fit in a parameter, or a parameter does not hold a configuration's text. */
export class ConfigTextError extends Error {
  override readonly name = 'ConfigTextError';
}

/**
 * A configuration as the value of one SSM parameter: the YAML text itself, or `gzip:` and the base64 of its gzip where the
 * text is over {@link STANDARD_TIER_BYTES}, or is something that a parameter cannot hold.
 *
 * A value over {@link STANDARD_TIER_BYTES} needs the advanced tier; the tier `Intelligent-Tiering` chooses by the size.
 *
 * @throws {ConfigTextError} when the text is empty, or over {@link ADVANCED_TIER_BYTES} even when compressed
 */
export function encodeConfigText(text: string): string {
  if (text.trim() === '') throw new ConfigTextError('the configuration is empty');
  const bytes = Buffer.byteLength(text);
  if (bytes <= STANDARD_TIER_BYTES && !text.includes(REFERENCE) && !text.startsWith(COMPRESSED)) return text;
  const value = COMPRESSED + gzipSync(text, { level: 9 }).toString('base64');
  if (value.length <= ADVANCED_TIER_BYTES) return value;
  throw new ConfigTextError(
    `the configuration has ${bytes} bytes and is ${value.length} compressed: an SSM parameter holds ` +
      `${ADVANCED_TIER_BYTES} at most; remove comments, store the tail_sampling block alone, or merge policies that differ only in ` +
      'their values',
  );
}

/** @throws {ConfigTextError} */
export function decodeConfigText(value: string): string {
  if (!value.startsWith(COMPRESSED)) return value;
  try {
    const compressed = Buffer.from(value.slice(COMPRESSED.length), 'base64');
    return gunzipSync(compressed, { maxOutputLength: MAX_TEXT_BYTES }).toString('utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigTextError(`the value starts with "${COMPRESSED}", but is not the base64 of a gzip: ${reason}`, {
      cause,
    });
  }
}
