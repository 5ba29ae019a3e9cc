/** What a pattern is made of: a quotation, a class of Unicode or of characters, an escape, a number of times, a parenthesis, a character. */
const PARTS =
  /\\Q(?<quoted>.*?)(?:\\E|$)|\\[pPx]\{[^}]*\}|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\\.|\{(?<least>\d+)(?<more>,(?<most>\d*))?\}|(?<open>\((?:\?[a-zA-Z-]*:)?)|(?<close>\))|./gsu;

/**
 * About how many instructions an RE2 pattern becomes: that is what compiling it costs, and what matching costs for each character at the
 * worst. RE2 itself allows `(a?){1000}`, and as many of them as there is room for. It is known without compiling the pattern, which may
 * be wrong.
 */
export function patternSize(pattern: string): number {
  let size = 0;
  /** What the last part takes, which may be repeated. */
  let last = 0;
  const outside: number[] = [];
  const add = (instructions: number) => {
    last = instructions;
    size += instructions;
  };
  for (const { groups = {} } of pattern.matchAll(PARTS)) {
    const { quoted, least, more, most, open, close } = groups;
    if (least !== undefined) {
      // `{2,}` is two times, and then as often as it comes.
      const times = Math.max(1, Number(most || least) + (more !== undefined && !most ? 1 : 0));
      // What need not be there takes a branch.
      const repeated = last * times + Math.max(0, times - Number(least));
      size += repeated - last;
      last = repeated;
    } else if (open !== undefined) {
      outside.push(size);
      // The start and the end of a group that captures.
      size = open === '(' ? 2 : 0;
    } else if (close !== undefined) {
      const inside = size;
      size = outside.pop() ?? 0;
      add(inside);
    } else {
      add(quoted === undefined ? 1 : quoted.length);
    }
  }
  return outside.reduce((sum, one) => sum + one, size);
}
