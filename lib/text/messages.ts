/** Longest part of a found text that a message repeats, in UTF-16 code units. */
const MAX_LENGTH = 60;

/** The text, cut off with `…` after 60 characters: values from a trace or a configuration can be of any length. */
export function excerpt(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

/** {@link excerpt} in double quotes with JSON escapes, so that spaces and control characters are visible. */
export function quotedExcerpt(text: string): string {
  return JSON.stringify(excerpt(text));
}

/** `1 trace`, `2 traces`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Says in words why a file could not be read. */
export function whyUnreadable(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  switch ('code' in error ? error.code : undefined) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'it is a directory; expected a file';
    case 'EACCES':
      return 'permission denied';
    default:
      return error.message;
  }
}

/** The words of a text on lines of at most `width` columns, each with a margin before it. A longer word keeps its line. */
export function wrapText(text: string, width: number, margin = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && margin.length + line.length + 1 + word.length > width) {
      lines.push(margin + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, margin + line].join('\n');
}
