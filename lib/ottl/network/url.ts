/** Go's `net/url`, on byte texts: what a URL is and how it is written differs from the URL standard of browsers. */
import { quotedExcerpt } from '../../text/messages.ts';
import { OttlEvaluationError } from '../errors.ts';
import { parseIp } from './ip-network.ts';

/** A parsed URL. All texts are byte texts, unescaped except for the raw ones, the query and `opaque`. */
export interface GoUrl {
  readonly scheme: string;
  /** The part after the scheme of a URL such as `mailto:a@b`, which has neither host nor path. */
  readonly opaque: string;
  readonly user: UrlUser | undefined;
  /** With the port. Undefined when the URL has no `//`. */
  readonly host: string | undefined;
  readonly path: string;
  readonly rawPath: string;
  readonly query: string;
  /** Whether the URL ends with the `?` of an empty query. */
  readonly hasEmptyQuery: boolean;
  readonly fragment: string;
  readonly rawFragment: string;
}

export interface UrlUser {
  readonly name: string;
  readonly password: string | undefined;
}

/** `url.Parse`. @throws {OttlEvaluationError} for what Go refuses, which differs from what a browser refuses */
export function parseGoUrl(url: string): GoUrl {
  const [text, rawFragment] = cut(url, '#');
  const fragment = unescapePart(rawFragment, 'fragment');
  if ([...text].some((byte) => byte < ' ' || byte === '\x7f')) return fail('a control character');
  const { scheme, rest } = readScheme(text);
  const hasEmptyQuery = rest.indexOf('?') === rest.length - 1 && rest !== '';
  const [before, query] = cut(rest, '?');
  const common = { scheme, opaque: '', user: undefined, host: undefined, query, hasEmptyQuery, fragment, rawFragment };
  if (!before.startsWith('/')) {
    if (scheme !== '') return { ...common, opaque: before, path: '', rawPath: '' };
    if (cut(before, '/')[0].includes(':')) return fail('a colon in the first part of a path');
  }
  if (!before.startsWith('//') || (scheme === '' && before.startsWith('///'))) {
    return { ...common, path: unescapePart(before, 'path'), rawPath: before };
  }
  const [authority] = cut(before.slice(2), '/');
  const rawPath = before.slice(2 + authority.length);
  return { ...common, ...readAuthority(scheme, authority), path: unescapePart(rawPath, 'path'), rawPath };
}

/** Splits off the scheme, in lower case; '' when the URL has none. */
function readScheme(text: string): { readonly scheme: string; readonly rest: string } {
  if (text.startsWith(':')) return fail('the scheme is missing');
  const scheme = /^[a-zA-Z][a-zA-Z\d+.-]*(?=:)/.exec(text)?.[0] ?? '';
  return { scheme: scheme.toLowerCase(), rest: scheme === '' ? text : text.slice(scheme.length + 1) };
}

/** Splits `user:password@host:port`; an `@` in the password must be escaped, so the last one counts. */
function readAuthority(scheme: string, authority: string): Pick<GoUrl, 'user' | 'host'> {
  const at = authority.lastIndexOf('@');
  const host = parseUrlHost(scheme, authority.slice(at + 1));
  if (at < 0) return { user: undefined, host };
  const info = authority.slice(0, at);
  if (!/^[\w.:~!$&'()*+,;=%@-]*$/.test(info)) return fail('invalid user or password');
  const [name, password] = cut(info, ':');
  const user = {
    name: unescapePart(name, 'user'),
    password: info.includes(':') ? unescapePart(password, 'user') : undefined,
  };
  return { user, host };
}

const OPTIONAL_PORT = /^(?::\d*)?$/;

/** Unescapes `host`, `host:port` or `[IPv6]:port`. Only with http and https are further colons an error. */
function parseUrlHost(scheme: string, host: string): string {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) return fail('a host can only begin with "["');
  if (bracket === 0) return parseBracketed(host);
  const isStrict = scheme === 'http' || scheme === 'https';
  const colon = isStrict ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon >= 0) checkPort(host.slice(colon));
  return unescapePart(host, 'host');
}

/** Parses `[address%25zone]:port`. */
function parseBracketed(host: string): string {
  const end = host.lastIndexOf(']');
  if (end < 0) return fail('"]" is missing');
  const port = host.slice(end + 1);
  checkPort(port);
  const inside = host.slice(1, end);
  const zoneAt = inside.indexOf('%25');
  const name =
    zoneAt < 0
      ? unescapePart(inside, 'host')
      : unescapePart(inside.slice(0, zoneAt), 'host') + unescapePart(inside.slice(zoneAt), 'zone');
  if (!isV6(name)) return fail(`only an IPv6 address can be in brackets, got ${quotedExcerpt(name)}`);
  return `[${name}]${port}`;
}

/** Whether a name is an IPv6 address, with or without a zone. */
function isV6(name: string): boolean {
  const [address = '', ...zone] = name.split('%');
  return address.includes(':') && parseIp(address) !== undefined && (zone.length === 0 || zone.join('%') !== '');
}

/** A port is empty or decimal digits; Go does not check its size. */
function checkPort(port: string): void {
  if (!OPTIONAL_PORT.test(port)) fail(`invalid port ${quotedExcerpt(port)} after the host`);
}

/** Splits a host into its name, without brackets, and the digits of its port. */
export function splitHostPort(hostPort: string): { readonly name: string; readonly port: string } {
  const colon = hostPort.lastIndexOf(':');
  const hasPort = colon >= 0 && OPTIONAL_PORT.test(hostPort.slice(colon));
  const name = hasPort ? hostPort.slice(0, colon) : hostPort;
  return {
    name: name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name,
    port: hasPort ? hostPort.slice(colon + 1) : '',
  };
}

/** `URL.String`: the URL as a byte text. Valid escapes are kept, missing ones are added. */
export function formatGoUrl(url: GoUrl): string {
  const { scheme, opaque, query, hasEmptyQuery, fragment, rawFragment } = url;
  const start = scheme === '' ? '' : `${scheme}:`;
  const middle = opaque === '' ? authorityAndPath(url, start === '') : opaque;
  const end = fragment === '' ? '' : `#${escaped(fragment, rawFragment, 'fragment')}`;
  return `${start}${middle}${hasEmptyQuery || query !== '' ? `?${query}` : ''}${end}`;
}

/** The URL from the `//` to the end of the path. */
function authorityAndPath({ scheme, user, host, path, rawPath }: GoUrl, isRelative: boolean): string {
  const written = path === '*' ? '*' : escaped(path, rawPath, 'path');
  if (user !== undefined || (host !== undefined && host !== '')) {
    return `//${user === undefined ? '' : `${formatUser(user)}@`}${escapePart(host ?? '', 'host')}${written}`;
  }
  // `file:///x` has an empty host, `file:/x` has none.
  if (scheme !== '' && host !== undefined && path !== '') return `//${written}`;
  return isRelative && (written.split('/')[0] ?? '').includes(':') ? `./${written}` : written;
}

/** The raw form when it is valid, otherwise the text with escapes. */
function escaped(text: string, raw: string, part: 'path' | 'fragment'): string {
  return isEscaped(raw, part) ? raw : escapePart(text, part);
}

/** `user` or `user:password`, with escapes. */
export function formatUser({ name, password }: UrlUser): string {
  return escapePart(name, 'user') + (password === undefined ? '' : `:${escapePart(password, 'user')}`);
}

/** The parts of a URL, each with its own characters that need no escape. */
type UrlPart = 'path' | 'host' | 'zone' | 'user' | 'query' | 'fragment';

const HOST = /[\w.~!$&'()*+,;=:[\]<>"-]/;

/** The characters of each part that need no escape (Go's `shouldEscape`). */
const LITERAL: Readonly<Record<UrlPart, RegExp>> = {
  path: /[\w.~$&+,/:;=@-]/,
  host: HOST,
  zone: HOST,
  user: /[\w.~$&+,;=-]/,
  query: /[\w.~-]/,
  fragment: /[\w.~$&+,/:;=?@!()*-]/,
};

/** Escapes a byte text. */
function escapePart(bytes: string, part: UrlPart): string {
  let escaped = '';
  for (const byte of bytes) {
    const hex = byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
    escaped += LITERAL[part].test(byte) ? byte : `%${hex}`;
  }
  return escaped;
}

/**
 * Replaces the escapes in a byte text.
 * @throws {OttlEvaluationError} for an invalid escape, and for characters that a host must not have
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

/** A host may escape only bytes beyond ASCII and `%`; a zone may also escape blanks and what a host may contain. */
function unescapeByte(found: string, part: UrlPart): string {
  if (!/^%[\da-fA-F]{2}$/.test(found)) return fail(`invalid escape ${JSON.stringify(found)}`);
  const byte = String.fromCharCode(Number.parseInt(found.slice(1), 16));
  const isAllowed =
    found === '%25' || (part === 'host' ? byte >= '\x80' : part !== 'zone' || byte === ' ' || HOST.test(byte));
  return isAllowed ? byte : fail(`invalid escape ${found} in host`);
}

/** Whether a text is a valid escaped form, to be kept as it is. */
function isEscaped(bytes: string, part: UrlPart): boolean {
  return [...bytes].every((byte) => "!$&'()*+,;=:@[]%".includes(byte) || LITERAL[part].test(byte));
}

/** `strings.Cut`: the text before the separator and the text after it, or the whole text and ''. */
function cut(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function fail(message: string): never {
  throw new OttlEvaluationError(`URL: ${message}`);
}
