import { sha1 } from '@noble/hashes/legacy.js';
import { quotedExcerpt } from '../../text/messages.ts';
import { OttlEvaluationError } from '../errors.ts';
import { base64 } from '../formats/encodings.ts';
import { compareBytes } from '../runtime/compare.ts';
import { parseIp, toShortIp } from './ip-network.ts';

interface Endpoint {
  readonly address: Uint8Array;
  readonly port: number;
}

const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['ICMP', 1],
  ['TCP', 6],
  ['UDP', 17],
  ['RSVP', 46],
  ['ICMP6', 58],
  ['SCTP', 132],
]);

/**
 * The Community ID of a flow, version 1 (https://github.com/corelight/community-id-spec). Both directions of a flow
 * have the same ID. The ports of ICMP are treated like any others, as in the Collector.
 */
export function communityId(source: Endpoint, destination: Endpoint, protocol: number, seed: number): string {
  const [low, high] = isInOrder(source, destination) ? [source, destination] : [destination, source];
  const hashed = [
    ...bigEndian16(seed),
    ...low.address,
    ...high.address,
    protocol,
    0,
    ...bigEndian16(low.port),
    ...bigEndian16(high.port),
  ];
  return `1:${base64(sha1(Uint8Array.from(hashed)))}`;
}

/** @throws {OttlEvaluationError} when the address or the port is invalid */
export function toEndpoint(ip: string, port: bigint): Endpoint {
  const address = parseIp(ip);
  if (address === undefined) throw new OttlEvaluationError(`CommunityID: ${quotedExcerpt(ip)} is not an IP address`);
  return { address: toShortIp(address), port: toUint16(port, 'a port') };
}

/** @throws {OttlEvaluationError} when the value does not fit into 16 bits */
export function toUint16(value: bigint, what: string): number {
  if (value >= 0n && value <= 65535n) return Number(value);
  throw new OttlEvaluationError(`CommunityID: expected ${what} from 0 to 65535, got ${value}`);
}

/** The IP protocol number of a name. @throws {OttlEvaluationError} */
export function protocolNumber(name: string): number {
  const number = PROTOCOLS.get(name);
  if (number !== undefined) return number;
  throw new OttlEvaluationError(
    `CommunityID: unknown protocol ${quotedExcerpt(name)}, allowed: ${[...PROTOCOLS.keys()].join(', ')}`,
  );
}

function isInOrder(a: Endpoint, b: Endpoint): boolean {
  if (a.address.length !== b.address.length) return a.address.length < b.address.length;
  const order = compareBytes(a.address, b.address);
  return order < 0 || (order === 0 && a.port <= b.port);
}

function bigEndian16(value: number): readonly [number, number] {
  return [value >> 8, value & 0xff];
}
