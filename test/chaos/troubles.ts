/** Counts warnings and errors of a log by their text, without what changes. */
export function countTroubles(lines: readonly string[], counts: Map<string, number>): void {
  for (const line of lines) {
    const text = line.replace(/"timestamp":"[^"]*",?/, '').replace(/"(?:stack|location)":"(?:[^"\\]|\\.)*",?/g, '');
    const key = text
      .replace(/[0-9a-f-]{16,}/g, '…')
      .replace(/\d+/g, 'N')
      .slice(0, 300);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
}
