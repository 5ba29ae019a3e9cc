/** The bytes are not text in UTF-8. */
export class NotUtf8Error extends Error {
  override readonly name = 'NotUtf8Error';
  /** From 1, if a single line is wrong. */
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}

const NEWLINE = 0x0a;
const GZIP_MARK = [0x1f, 0x8b];

/** Byte order marks, which usually begin a UTF-16 text. */
const UTF_16_MARKS = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];

const UTF_16 =
  'is UTF-16, as > and Out-File of Windows PowerShell write it; expected UTF-8: ' +
  'Get-Content FILE | Set-Content -Encoding utf8 NEW, or iconv -f UTF-16 -t UTF-8 FILE > NEW';

const OTHER =
  'is not UTF-8 from here on, perhaps Latin-1 or Windows-1252; expected UTF-8: ' +
  'save it as that, or iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW';

/** Text in UTF-8, with or without a byte order mark. @throws {NotUtf8Error} */
export function decodeText(bytes: Uint8Array): string {
  if (startsWith(bytes, GZIP_MARK)) throw new NotUtf8Error('is a gzip; expected text: gunzip -c FILE > NEW');
  // UTF-16 without its mark is valid UTF-8 as long as its characters are ASCII, except for the NULs, which YAML does
  // not allow.
  if (UTF_16_MARKS.some((mark) => startsWith(bytes, mark)) || isHalfNul(bytes)) throw new NotUtf8Error(UTF_16);
  if (bytes.includes(0)) throw new NotUtf8Error('is not text (it has a byte 0); expected YAML in UTF-8');
  try {
    return decode(bytes);
  } catch {
    throw new NotUtf8Error(OTHER, firstWrongLine(bytes));
  }
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, i) => bytes[i] === byte);
}

/** In UTF-16, Latin letters have a NUL next to each. */
function isHalfNul(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 200);
  return start.length > 1 && start.filter((byte) => byte === 0).length * 2 >= start.length - 1;
}

/** The byte of a newline is never part of another character. */
function firstWrongLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    try {
      decode(bytes.subarray(start, end));
    } catch {
      break;
    }
    start = end + 1;
  }
  return line;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}
