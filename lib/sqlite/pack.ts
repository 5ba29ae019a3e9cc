import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import type { BufferedFragment } from '../pipeline/ports.ts';

/**
 * A pack holds the fragments of one export request: their payloads one after the other, compressed together, because they
 * share resources and scopes; and a directory of them, which can be read alone.
 *
 * The directory is a row of entries, in the order of the payloads:
 *
 * | bytes | |
 * |---|---|
 * | 16 | trace ID |
 * | 4 | bytes of the payload, uncompressed; little endian |
 * | 4 | spans in it; little endian |
 * | 1 | length of the hash |
 * | … | hash, in ASCII |
 */
export interface EncodedPack {
  readonly receivedAtMs: number;
  readonly codec: PackCodec;
  readonly directory: Uint8Array;
  readonly body: Uint8Array;
}

/** How the payloads are stored. */
export type PackCodec = typeof RAW | typeof ZSTD;
const RAW = 0;
const ZSTD = 1;

/** A fragment in the directory of its pack. */
export interface PackEntry {
  readonly hash: string;
  /** Place of the payload in the uncompressed body. */
  readonly offset: number;
  readonly length: number;
  readonly spanCount: number;
}

const TRACE_ID_BYTES = 16;
const FIXED_BYTES = TRACE_ID_BYTES + 9;

/** Payloads up to this are compressed at once: it takes less than a millisecond. Larger ones leave the thread. */
const SYNC_BYTES = 256 * 1024;
/** What is smaller gains nothing that is worth the call. */
const SMALLEST_COMPRESSED = 512;
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** @param fragments of one arrival */
export async function encodePack(fragments: readonly BufferedFragment[]): Promise<EncodedPack> {
  const receivedAtMs = fragments[0]?.receivedAtMs ?? 0;
  const directory = encodeDirectory(fragments);
  let length = 0;
  for (const { payload } of fragments) length += payload.length;
  const payloads = concatenate(fragments, length <= SYNC_BYTES ? scratch : Buffer.allocUnsafe(length), length);
  const compressed = length <= SYNC_BYTES ? compressSmall(payloads) : await promisify(zstdCompress)(payloads, OPTIONS);
  return compressed.length < length
    ? { receivedAtMs, codec: ZSTD, directory, body: compressed }
    : { receivedAtMs, codec: RAW, directory, body: Buffer.from(payloads) };
}

/** Where small payloads are put together: a new buffer for each would make the garbage collector run twice as often. */
const scratch = Buffer.allocUnsafeSlow(SYNC_BYTES);

function concatenate(fragments: readonly BufferedFragment[], into: Buffer, length: number): Buffer {
  let at = 0;
  for (const { payload } of fragments) {
    into.set(payload, at);
    at += payload.length;
  }
  return into.subarray(0, length);
}

function compressSmall(payloads: Buffer): Buffer {
  return payloads.length < SMALLEST_COMPRESSED ? payloads : zstdCompressSync(payloads, OPTIONS);
}

/** The payloads of a pack, one after the other. @param length of all, from its directory */
export async function decodeBody(codec: number, body: Uint8Array, length: number): Promise<Uint8Array> {
  if (codec === RAW) return body;
  if (codec !== ZSTD) throw new Error(`pack: codec must be ${RAW} or ${ZSTD}, got ${codec}`);
  // The output in one piece: by default it is put together from pieces of 16 KB.
  const options = { chunkSize: Math.max(length, constants.Z_MIN_CHUNK), maxOutputLength: length };
  const bytes =
    length <= SYNC_BYTES ? zstdDecompressSync(body, options) : await promisify(zstdDecompress)(body, options);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function encodeDirectory(fragments: readonly BufferedFragment[]): Uint8Array {
  let length = 0;
  for (const { hash } of fragments) length += FIXED_BYTES + hash.length;
  const directory = Buffer.allocUnsafe(length);
  let at = 0;
  for (const { traceId, hash, payload, spanCount } of fragments) {
    directory.write(traceId, at, 'hex');
    directory.writeUInt32LE(payload.length, at + TRACE_ID_BYTES);
    directory.writeUInt32LE(spanCount, at + TRACE_ID_BYTES + 4);
    directory.writeUInt8(hash.length, at + TRACE_ID_BYTES + 8);
    directory.write(hash, at + FIXED_BYTES, 'latin1');
    at += FIXED_BYTES + hash.length;
  }
  return directory;
}

/** The entries of a directory by trace ID. */
export function decodeDirectory(directory: Uint8Array): ReadonlyMap<string, readonly PackEntry[]> {
  const bytes = Buffer.from(directory.buffer, directory.byteOffset, directory.byteLength);
  const traces = new Map<string, PackEntry[]>();
  let offset = 0;
  for (let at = 0; at < bytes.length; ) {
    const traceId = bytes.toString('hex', at, at + TRACE_ID_BYTES);
    const length = bytes.readUInt32LE(at + TRACE_ID_BYTES);
    const spanCount = bytes.readUInt32LE(at + TRACE_ID_BYTES + 4);
    const end = at + FIXED_BYTES + bytes.readUInt8(at + TRACE_ID_BYTES + 8);
    const entry = { hash: bytes.toString('latin1', at + FIXED_BYTES, end), offset, length, spanCount };
    const entries = traces.get(traceId);
    if (entries === undefined) traces.set(traceId, [entry]);
    else entries.push(entry);
    offset += length;
    at = end;
  }
  return traces;
}

/** Calls back with the trace ID of each fragment in a directory, and the {@link tagOfHash} of its hash. Returns how many there are. */
export function forEachFragment(directory: Uint8Array, call: (traceId: string, tag: number) => void): number {
  const bytes = Buffer.from(directory.buffer, directory.byteOffset, directory.byteLength);
  let count = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = at + FIXED_BYTES + bytes.readUInt8(at + TRACE_ID_BYTES + 8);
    let tag = TAG_START;
    for (let i = at + FIXED_BYTES; i < end; i += 1) tag = nextTag(tag, bytes[i] ?? 0);
    call(bytes.toString('hex', at, at + TRACE_ID_BYTES), endTag(tag));
    count += 1;
    at = end;
  }
  return count;
}

/** 16 bits that tell the fragments of a trace apart well enough to open few packs in vain: FNV-1a of the hash, folded. */
export function tagOfHash(hash: string): number {
  let tag = TAG_START;
  for (let i = 0; i < hash.length; i += 1) tag = nextTag(tag, hash.charCodeAt(i));
  return endTag(tag);
}

const TAG_START = 0x811c9dc5;

function nextTag(tag: number, byte: number): number {
  return Math.imul(tag ^ byte, 0x01000193);
}

function endTag(tag: number): number {
  return (tag ^ (tag >>> 16)) & 0xffff;
}
