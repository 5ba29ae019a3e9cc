import { OttlEvaluationError, shown } from '../errors.ts';
import { parseIp } from './ip-network.ts';

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

const OPTIONAL_PORT = /^(?::\d*)?$/;

/** Reads `host`, `host:port` or `[IPv6]:port`, all byte texts. Only http and https refuse further colons. */
export function parseUrlHost(scheme: string, host: string): string {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) return fail('a host can only begin with "["');
  if (bracket === 0) return parseBracketed(host);
  const isStrict = scheme === 'http' || scheme === 'https';
  const colon = isStrict ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon >= 0) checkPort(host.slice(colon));
  return unescapePart(host, 'host');
}

/** The name, without brackets, and the digits of the port. */
export function splitHostPort(hostPort: string): { readonly name: string; readonly port: string } {
  const colon = hostPort.lastIndexOf(':');
  const hasPort = colon >= 0 && OPTIONAL_PORT.test(hostPort.slice(colon));
  const name = hasPort ? hostPort.slice(0, colon) : hostPort;
  return {
    name: name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name,
    port: hasPort ? hostPort.slice(colon + 1) : '',
  };
}

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
  if (!isV6(name)) return fail(`only an IPv6 address can be in brackets, got ${shown(name)}`);
  return `[${name}]${port}`;
}

function isV6(name: string): boolean {
  const [address = '', ...zone] = name.split('%');
  return address.includes(':') && parseIp(address) !== undefined && (zone.length === 0 || zone.join('%') !== '');
}

function checkPort(port: string): void {
  if (!OPTIONAL_PORT.test(port)) fail(`invalid port ${shown(port)} after the host`);
}

/** The URL as Go writes it, a byte text: escapes are kept where they are valid, and made where they are missing. */
export function formatGoUrl(url: GoUrl): string {
  const { scheme, opaque, query, hasEmptyQuery, fragment, rawFragment } = url;
  const start = scheme === '' ? '' : `${scheme}:`;
  const middle = opaque === '' ? authorityAndPath(url, start === '') : opaque;
  const end = fragment === '' ? '' : `#${escaped(fragment, rawFragment, 'fragment')}`;
  return `${start}${middle}${hasEmptyQuery || query !== '' ? `?${query}` : ''}${end}`;
}

export function formatUser({ name, password }: UrlUser): string {
  return escapePart(name, 'user') + (password === undefined ? '' : `:${escapePart(password, 'user')}`);
}

function authorityAndPath({ scheme, user, host, path, rawPath }: GoUrl, isRelative: boolean): string {
  const written = path === '*' ? '*' : escaped(path, rawPath, 'path');
  if (user !== undefined || (host !== undefined && host !== '')) {
    return `//${user === undefined ? '' : `${formatUser(user)}@`}${escapePart(host ?? '', 'host')}${written}`;
  }
  // `file:///x` has an empty host, `file:/x` has none.
  if (scheme !== '' && host !== undefined && path !== '') return `//${written}`;
  return isRelative && (written.split('/')[0] ?? '').includes(':') ? `./${written}` : written;
}

function escaped(text: string, raw: string, part: 'path' | 'fragment'): string {
  return isEscaped(raw, part) ? raw : escapePart(text, part);
}

/** A URL as Go's `net/url` understands it. All texts are byte texts. */
export interface GoUrl {
  readonly scheme: string;
  /** What is behind the scheme of a URL such as `mailto:a@b`, which has neither host nor path. */
  readonly opaque: string;
  readonly user: UrlUser | undefined;
  /** With the port. Undefined when there is no `//`. */
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

/** @throws {OttlEvaluationError} for what Go's `url.Parse` refuses; that is not what a browser refuses. */
export function parseGoUrl(url: string): GoUrl {
  const [text, rawFragment] = cut(url, '#');
  const fragment = unescapePart(rawFragment, 'fragment');
  if ([...text].some((byte) => byte < ' ' || byte === '\x7f')) return fail('a control character');
  const { scheme, rest } = readScheme(text);
  const hasEmptyQuery = rest.indexOf('?') === rest.length - 1 && rest !== '';
  const [before, query] = cut(rest, '?');
  const url0 = { scheme, opaque: '', user: undefined, host: undefined, query, hasEmptyQuery, fragment, rawFragment };
  if (!before.startsWith('/')) {
    if (scheme !== '') return { ...url0, opaque: before, path: '', rawPath: '' };
    if (cut(before, '/')[0].includes(':')) return fail('a colon in the first part of a path');
  }
  if (!before.startsWith('//') || (scheme === '' && before.startsWith('///'))) {
    return { ...url0, path: unescapePart(before, 'path'), rawPath: before };
  }
  const [authority] = cut(before.slice(2), '/');
  const rawPath = before.slice(2 + authority.length);
  return { ...url0, ...readAuthority(scheme, authority), path: unescapePart(rawPath, 'path'), rawPath };
}

function readScheme(text: string): { readonly scheme: string; readonly rest: string } {
  if (text.startsWith(':')) return fail('the scheme is missing');
  const scheme = /^[a-zA-Z][a-zA-Z\d+.-]*(?=:)/.exec(text)?.[0] ?? '';
  return { scheme: scheme.toLowerCase(), rest: scheme === '' ? text : text.slice(scheme.length + 1) };
}

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

function cut(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function fail(message: string): never {
  throw new OttlEvaluationError(`URL: ${message}`);
}
