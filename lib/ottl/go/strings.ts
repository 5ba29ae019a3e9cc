import { findText } from '../find-text.ts';

/** Cuts a text at each delimiter; without one into its characters (Go's `strings.Split`). */
export function splitText(text: string, delimiter: string): readonly string[] {
  if (delimiter === '') return [...text];
  if (delimiter.length > text.length) return [text];
  const parts: string[] = [];
  let from = 0;
  for (let at = findText(text, delimiter); at >= 0; at = findText(text, delimiter, from)) {
    parts.push(text.slice(from, at));
    from = at + delimiter.length;
  }
  parts.push(text.slice(from));
  return parts;
}
