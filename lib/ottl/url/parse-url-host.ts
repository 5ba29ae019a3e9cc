import { parseIp } from '../network/ip-network.ts';
import { OttlEvaluationError } from '../ottl-evaluation-error.ts';
import { shown } from '../shown.ts';
import { unescapePart } from './percent-encoding.ts';

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

function fail(message: string): never {
  throw new OttlEvaluationError(`URL: ${message}`);
}
