// Control characters, and the invisible ones that reorder the text around them.
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Escapes the characters that would break a line or command the terminal. Span names are written by strangers. */
export function escapeForTerminal(text: string): string {
  return text.replaceAll(
    UNSAFE,
    (char) => SHORT_ESCAPES[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** {@link escapeForTerminal} for a text that may have several lines. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeForTerminal).join('\n');
}

// `JSON.stringify` escapes those below U+0020 itself.
const UNSAFE_IN_JSON = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The value as JSON, with escapes for what would command the terminal. Every reader of JSON reads the same value. */
export function jsonText(value: unknown, indentation?: number): string {
  return JSON.stringify(value, undefined, indentation).replaceAll(
    UNSAFE_IN_JSON,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;

/** `12.3 MB`: three digits, in powers of 1000 as Athena's prices are. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** A duration for a person, from milliseconds: `45 µs`, `812.4 ms`, `1.27 s`, `3.5 min`. */
export function formatDuration(ms: number): string {
  const size = Math.abs(ms);
  if (size > 0 && size < 0.1) return `${(ms * 1000).toFixed(0)} µs`;
  if (size < 1000) return `${ms.toFixed(1)} ms`;
  return size < 120_000 ? `${(ms / 1000).toFixed(2)} s` : `${(ms / 60_000).toFixed(1)} min`;
}
