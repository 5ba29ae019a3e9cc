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
