import { OttlEvaluationError } from '../ottl-evaluation-error.ts';
import { parseUrlHost } from '../url/parse-url-host.ts';
import { unescapePart } from '../url/percent-encoding.ts';

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
