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
