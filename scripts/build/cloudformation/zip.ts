import { crc32, deflateRawSync } from 'node:zlib';

interface ZippedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Version 2.0 of the format: deflate. */
const VERSION = 20;
/** Upper byte 3: made on Unix, so that the upper half of the attributes is a file mode. */
const MADE_BY = (3 << 8) | VERSION;
const DEFLATE = 8;
/** Names are UTF-8. */
const FLAGS = 1 << 11;
/** Midnight of 1 January 1980, the first time that the format knows: the same files give the same bytes, whenever and wherever. */
const TIME = 0;
const DATE = (1 << 5) | 1;
/** A regular file that everybody may read, which Lambda asks for. */
const MODE = 0o100644;

/**
 * A zip archive of files, in the order given. Its bytes depend on nothing but the files (and zlib), so that their hash can be part of
 * a name.
 *
 * Layout: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7 (local header), 4.3.12 (central directory) and
 * 4.3.16 (end record).
 */
export function zip(files: readonly ZippedFile[]): Buffer {
  const contents: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const compressed = deflateRawSync(bytes, { level: 9 });
    const encodedName = Buffer.from(name);
    // From the version that is needed to the length of the extra field, as both headers have it.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(VERSION, 0);
    common.writeUInt16LE(FLAGS, 2);
    common.writeUInt16LE(DEFLATE, 4);
    common.writeUInt16LE(TIME, 6);
    common.writeUInt16LE(DATE, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(compressed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(encodedName.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, encodedName, compressed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(MODE * 0x10000, 6);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), uint16(MADE_BY), common, rest, encodedName]));
    contents.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...contents, central, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
