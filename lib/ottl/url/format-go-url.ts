import type { GoUrl, UrlUser } from '../network/url.ts';
import { escapePart, isEscaped } from './percent-encoding.ts';

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
