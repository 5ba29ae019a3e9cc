/** A network: the first address in it, and the length of the prefix in bits. */
export interface IpNetwork {
  readonly address: Uint8Array;
  readonly bits: number;
}

/** `net.ParseIP`: the 4 or 16 bytes of an address; undefined when the text is not an address. Zones are not allowed. */
export function parseIp(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

/** `net.ParseCIDR`: the network `10.0.0.0/8` or `2001:db8::/32`; undefined when the text is not a network. */
export function parseNetwork(text: string): IpNetwork | undefined {
  const [, ip = '', digits = ''] = /^([^/]+)\/0*(\d{1,4})$/.exec(text) ?? [];
  const address = parseIp(ip);
  const bits = Number(digits);
  if (address === undefined || digits === '' || bits > address.length * 8) return undefined;
  return shorten({ address: masked(address, bits), bits });
}

/** Whether the network contains the address. IPv4 and IPv6 do not mix; `::ffff:1.2.3.4` is an IPv4 address. */
export function contains(network: IpNetwork, ip: Uint8Array): boolean {
  const address = toShortIp(ip);
  if (address.length !== network.address.length) return false;
  return masked(address, network.bits).every((byte, i) => byte === network.address[i]);
}

/** The 4 bytes of an IPv4 address, also of one written as `::ffff:1.2.3.4`; the 16 bytes of any other. */
export function toShortIp(ip: Uint8Array): Uint8Array {
  return toV4(ip) ?? ip;
}

/** An IPv4 network written as one of IPv6 (`::ffff:10.0.0.0/104`) as one of IPv4. */
function shorten({ address, bits }: IpNetwork): IpNetwork {
  const v4 = address.length === 16 ? toV4(address) : undefined;
  return v4 === undefined ? { address, bits } : { address: v4, bits: Math.max(0, bits - 96) };
}

/** The address with all bits after the prefix set to 0. */
function masked(address: Uint8Array, bits: number): Uint8Array {
  return address.map((byte, i) => byte & (0xff << (8 - Math.min(8, Math.max(0, bits - i * 8)))));
}

/** The IPv4 address in `::ffff:0:0/96`; undefined for any other address. */
function toV4(address: Uint8Array): Uint8Array | undefined {
  if (address.length !== 16) return undefined;
  const isMapped = address[10] === 0xff && address[11] === 0xff && address.subarray(0, 10).every((byte) => byte === 0);
  return isMapped ? address.slice(12) : undefined;
}

/** Four decimal numbers without leading zeros, which Go refuses because some systems read them as octal. */
function parseV4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  const isValid = parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return isValid ? Uint8Array.from(parts, Number) : undefined;
}

/** Groups of 16 bits in hex; `::` stands for one or more groups of zeros. */
function parseV6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  const head = groupsOf(halves[0] ?? '', halves.length === 1);
  const tail = groupsOf(halves[1] ?? '', true);
  if (halves.length > 2 || head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

/** The bytes of groups of hex digits; the last group may be an IPv4 address. */
function groupsOf(text: string, mayEndInV4: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [i, group] of groups.entries()) {
    const v4 = mayEndInV4 && i === groups.length - 1 ? parseV4(group) : undefined;
    if (v4 === undefined && !/^[\da-fA-F]{1,4}$/.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    bytes.push(...(v4 ?? [value >> 8, value & 0xff]));
  }
  return bytes;
}
