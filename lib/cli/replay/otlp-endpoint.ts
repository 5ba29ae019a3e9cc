const SIGNAL_PATH = '/v1/traces';

/**
 * Where the requests go, by the rules of an exporter's base endpoint: the path of the signal is appended, unless it is there
 * already.
 *
 * @throws {Error} with one line that says what is wrong
 */
export function otlpTracesUrl(endpoint: string): string {
  const url = URL.parse(endpoint);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const guess = /^[\w.-]+(:\d+)?(\/|$)/.test(endpoint) ? `; did you mean http://${endpoint}?` : '';
    throw new Error(`--to is "${endpoint}": expected the URL of an OTLP/HTTP receiver, like http://host:4318${guess}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error(`--to has a user name or a password in it: send them as --header 'Authorization=Basic …'`);
  }
  if (url.hash !== '') throw new Error(`--to is "${endpoint}": a URL to send to has no "#"`);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(SIGNAL_PATH) ? path : path + SIGNAL_PATH;
  return url.href;
}
