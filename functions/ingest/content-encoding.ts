import { gunzipSync } from 'node:zlib';
import type { HttpHead, HttpRequest } from './http.ts';

export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';

  /** @param bytes undefined: it has more after decompression, where counting stops */
  constructor(bytes: number | undefined, maxBytes: number, options?: ErrorOptions) {
    const message =
      bytes === undefined
        ? `the body is over ${maxBytes} bytes after decompression`
        : `the body is ${bytes} bytes: at most ${maxBytes} are allowed`;
    super(message, options);
  }
}

export class BodyNotGzipError extends Error {
  override readonly name = 'BodyNotGzipError';
}

const MIN_CHUNK_BYTES = 16 * 1024;
const MAX_CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * The inflated body. A gzip bomb costs no more memory than the limit: inflating stops there.
 *
 * @throws {BodyTooLargeError} when there are more than `maxBytes`
 * @throws {BodyNotGzipError} when the bytes are not gzip, or end early
 */
function gunzip(body: Uint8Array, maxBytes: number): Uint8Array {
  try {
    return gunzipSync(body, { maxOutputLength: maxBytes, chunkSize: chunkBytes(body) });
  } catch (error) {
    if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw new BodyTooLargeError(undefined, maxBytes, { cause: error });
    }
    throw new BodyNotGzipError(`the body is not valid gzip: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

/**
 * The last four bytes of gzip are the inflated size modulo 2^32 (RFC 1952, section 2.3.1). Used as chunk size they save
 * most of zlib's copying. They may be wrong, so they are clamped. One byte more, because Node.js allocates a second chunk
 * when the first one is full to the last byte.
 */
function chunkBytes(body: Uint8Array): number {
  if (body.length < 4) return MIN_CHUNK_BYTES;
  const size = new DataView(body.buffer, body.byteOffset, body.byteLength).getUint32(body.length - 4, true);
  return Math.min(MAX_CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, size + 1));
}

/**
 * The `user-agent` of `tailgate replay`, which compresses until it is told not to, and then sends the same request again: refusing
 * its compression concerns nobody.
 */
export const REPLAY_USER_AGENT = 'tailgate-replay';

/** The body is compressed in a way that is not supported, or was damaged on its way because it is compressed. */
export class UnsupportedCodingError extends Error {
  override readonly name = 'UnsupportedCodingError';
  /** For the header `accept-encoding`: what can be read instead. */
  readonly accepted: string;

  constructor(message: string, accepted: string) {
    super(message);
    this.accepted = accepted;
  }
}

const REMEDY =
  'set the exporter to protobuf (OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf), or send JSON without compression ' +
  '(OTEL_EXPORTER_OTLP_COMPRESSION=none)';

/**
 * The body without its compression, which is gzip or none (RFC 9110, section 8.4).
 *
 * Function URLs and HTTP APIs pass `application/json` on as text, whatever its content encoding, and that destroys gzip. Text
 * that is JSON although a compression is declared was decompressed on its way.
 *
 * @throws {UnsupportedCodingError} when it is compressed otherwise, or was destroyed
 * @throws {BodyTooLargeError} when it has more than `maxBytes`, as received or decompressed
 * @throws {BodyNotGzipError} when it is not the gzip that it says it is
 */
export function decodeBody(
  { headers, body, isText }: Pick<HttpRequest, 'headers' | 'body' | 'isText'>,
  maxBytes: number,
): Uint8Array {
  const codings = contentCodings(headers['content-encoding']);
  const isJson = isText && beginsWithBrace(body);
  if (isText && body.length > 0 && !isJson) checkText(body, codings);
  if (!isJson) checkCoding(headers);
  if (body.length > maxBytes) throw new BodyTooLargeError(body.length, maxBytes);
  return codings.length === 0 || isJson ? body : gunzip(body, maxBytes);
}

/** @throws {UnsupportedCodingError} when the body is compressed otherwise than with gzip, or more than once */
export function checkCoding(headers: HttpHead['headers']): void {
  const codings = contentCodings(headers['content-encoding']);
  if (codings.every((coding, index) => coding === 'gzip' && index === 0)) return;
  const message = `content-encoding is "${headers['content-encoding']}": expected gzip or identity`;
  throw new UnsupportedCodingError(message, 'gzip');
}

/** In the order in which they were applied, without `identity`, which changes nothing. */
function contentCodings(header = ''): readonly string[] {
  return header
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')
    .map((coding) => (coding === 'x-gzip' ? 'gzip' : coding));
}

/** @throws {UnsupportedCodingError} when this text was something else before */
function checkText(text: Uint8Array, codings: readonly string[]): void {
  if (codings.length > 0) {
    throw new UnsupportedCodingError(
      `content-encoding is ${codings.join(', ')} and the body is text, such as application/json, which AWS Lambda cannot pass on compressed: ${REMEDY}`,
      'identity',
    );
  }
  if (hasReplacementCharacter(text)) {
    throw new UnsupportedCodingError(
      `the body is text, such as application/json, but not UTF-8, and AWS Lambda cannot pass that on: ${REMEDY}`,
      'identity',
    );
  }
}

const BRACE = 0x7b;
/** Space, tab, line feed, carriage return; the three bytes of a byte order mark. */
const BEFORE_JSON: readonly number[] = [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf];

/** Whether the text can be a message in JSON. */
function beginsWithBrace(text: Uint8Array): boolean {
  return text.find((byte) => !BEFORE_JSON.includes(byte)) === BRACE;
}

/** U+FFFD replaces bytes that are not UTF-8. */
function hasReplacementCharacter(text: Uint8Array): boolean {
  return Buffer.from(text.buffer, text.byteOffset, text.byteLength).includes('\ufffd');
}
