import { OttlEvaluationError } from '../ottl-evaluation-error.ts';

/** The part of a URL that is escaped: each has its own characters that need no escape (Go's `net/url`). */
export type UrlPart = 'path' | 'host' | 'zone' | 'user' | 'query' | 'fragment';

const HOST = /[\w.~!$&'()*+,;=:[\]<>"-]/;

const LITERAL: Readonly<Record<UrlPart, RegExp>> = {
  path: /[\w.~$&+,/:;=@-]/,
  host: HOST,
  zone: HOST,
  user: /[\w.~$&+,;=-]/,
  query: /[\w.~-]/,
  fragment: /[\w.~$&+,/:;=?@!()*-]/,
};

/** Takes and gives a byte text. */
export function escapePart(bytes: string, part: UrlPart): string {
  let escaped = '';
  for (const byte of bytes) {
    const hex = byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
    escaped += LITERAL[part].test(byte) ? byte : `%${hex}`;
  }
  return escaped;
}

/**
 * Takes and gives a byte text.
 * @throws {OttlEvaluationError} for an escape that is none, and for what a host must not have.
 */
export function unescapePart(bytes: string, part: UrlPart): string {
  const isHost = part === 'host' || part === 'zone';
  if (!isHost && !/[%+]/.test(bytes)) return bytes;
  return bytes.replace(/%.{0,2}|[^%]/gs, (found) => {
    if (found.startsWith('%')) return unescapeByte(found, part);
    if (found === '+' && part === 'query') return ' ';
    if (isHost && found < '\x80' && !HOST.test(found))
      return fail(`invalid character ${JSON.stringify(found)} in host`);
    return found;
  });
}

/** In a host only bytes that are not ASCII can be escaped, in a zone only what could stand there, and the space. */
function unescapeByte(found: string, part: UrlPart): string {
  if (!/^%[\da-fA-F]{2}$/.test(found)) return fail(`invalid escape ${JSON.stringify(found)}`);
  const byte = String.fromCharCode(Number.parseInt(found.slice(1), 16));
  const isAllowed =
    found === '%25' || (part === 'host' ? byte >= '\x80' : part !== 'zone' || byte === ' ' || HOST.test(byte));
  return isAllowed ? byte : fail(`invalid escape ${found} in host`);
}

/** Whether an escaped text can stand as it is. */
export function isEscaped(bytes: string, part: UrlPart): boolean {
  return [...bytes].every((byte) => "!$&'()*+,;=:@[]%".includes(byte) || LITERAL[part].test(byte));
}

function fail(message: string): never {
  throw new OttlEvaluationError(`URL: ${message}`);
}
