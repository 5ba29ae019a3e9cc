import { OttlEvaluationError } from '../errors.ts';
import { fromByteText, toByteText } from '../go/go-string.ts';
import { parseGoInt } from '../go/parse-numbers.ts';
import { NativeInt, type OttlMap, type OttlValue } from '../runtime/value.ts';
import { formatGoUrl, formatUser, type GoUrl, parseGoUrl, splitHostPort, type UrlUser, unescapePart } from './url.ts';

/** The most parameters of a query. */
const MAX_PARAMETERS = 10_000;

/**
 * The parts of a URL under the names of the semantic conventions. `url.original`, `url.domain`, `url.scheme` and
 * `url.path` are always there, the others when the URL has them. A text that begins with `?` gives the values of its
 * parameters under `query` instead.
 * @throws {OttlEvaluationError} when the text is not a URL
 */
export function urlAttributes(text: string): OttlMap {
  if (text === '') throw new OttlEvaluationError('URL: the URL is empty');
  const bytes = toByteText(text);
  if (bytes.startsWith('?')) return queryMap(bytes.slice(1));
  const url = parseGoUrl(bytes);
  const { name, port } = splitHostPort(url.host ?? '');
  const attributes = new Map<string, OttlValue>(
    [
      ['url.original', formatGoUrl(url)],
      ['url.domain', name],
      ['url.scheme', url.scheme],
      ['url.path', url.path],
      ...optionalParts(url).filter(([, part]) => part !== ''),
      ...(url.user === undefined ? [] : userParts(url.user)),
    ].map(([key, part]) => [key, fromByteText(part)] as const),
  );
  if (port !== '') attributes.set('url.port', new NativeInt(parseGoInt(port, 10)));
  return attributes;
}

type Part = readonly [string, string];

/** The parts that are left out when they are empty. The extension is what follows the last dot of the path. */
function optionalParts({ fragment, query, path }: GoUrl): readonly Part[] {
  const extension = path.includes('.') ? path.slice(path.lastIndexOf('.') + 1) : '';
  return [
    ['url.fragment', fragment],
    ['url.query', query],
    ['url.extension', extension],
  ];
}

/** The parts of `user:password@`. */
function userParts(user: UrlUser): readonly Part[] {
  const { name, password } = user;
  return [
    ['url.user_info', formatUser(user)],
    ...(name === '' ? [] : [['url.username', name] as const]),
    ...(password === undefined ? [] : [['url.password', password] as const]),
  ];
}

/** The parameters of a query: `url.ParseQuery`, which refuses semicolons. */
function queryMap(query: string): OttlMap {
  const parameters = new Map<string, string[]>();
  const pairs = query.split('&');
  if (pairs.length > MAX_PARAMETERS) throw new OttlEvaluationError(`URL: more than ${MAX_PARAMETERS} parameters`);
  for (const pair of pairs.filter((text) => text !== '')) {
    if (pair.includes(';')) throw new OttlEvaluationError('URL: a semicolon in the query');
    const [name = '', ...value] = pair.split('=');
    const key = fromByteText(unescapePart(name, 'query'));
    const values = parameters.get(key) ?? [];
    values.push(fromByteText(unescapePart(value.join('='), 'query')));
    parameters.set(key, values);
  }
  return parameters.size === 0 ? new Map() : new Map([['query', parameters]]);
}
