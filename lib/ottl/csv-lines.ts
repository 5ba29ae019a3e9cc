/** Lines with their `\n`, which `\r\n` becomes; a `\r` at the very end is left away. */
export class CsvLines {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Undefined behind the last line. */
  next(): string | undefined {
    if (this.#at >= this.#text.length) return undefined;
    const newline = this.#text.indexOf('\n', this.#at);
    const end = newline < 0 ? this.#text.length : newline + 1;
    const line = this.#text.slice(this.#at, end);
    this.#at = end;
    return newline < 0 ? line.replace(/\r$/, '') : line.replace(/\r\n$/, '\n');
  }
}
