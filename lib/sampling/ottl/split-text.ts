/** Cuts a text at each delimiter; without one into its characters (Go's `strings.Split`). */
export function splitText(text: string, delimiter: string): readonly string[] {
  return delimiter === '' ? [...text] : text.split(delimiter);
}
