const SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Takes away the white space of Unicode at both ends (Go's `strings.TrimSpace`; JavaScript's `trim` takes U+FEFF too). */
export function trimSpace(text: string): string {
  // Not by a pattern that ends with $: one looks from each blank to the end of its run.
  let start = 0;
  let end = text.length;
  while (start < end && SPACE.test(text.charAt(start))) start++;
  while (end > start && SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
