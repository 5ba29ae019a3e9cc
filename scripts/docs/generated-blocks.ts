/** A Markdown table, its columns not padded: a change of one cell then changes one line. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map(tableRow).join('\n');
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const BLOCK = /(<!-- generated: (.*) -->\n)[\s\S]*?(<!-- end -->)/g;

/**
 * Fills the generated blocks of a page, and leaves what is written by hand between them alone. A block stands between
 * `<!-- generated: name -->` and `<!-- end -->`.
 *
 * @throws {Error} when a block has a name that is not in `blocks`
 */
export function fillGeneratedBlocks(page: string, blocks: ReadonlyMap<string, string>): string {
  return page.replaceAll(BLOCK, (_block, start: string, name: string, end: string) => {
    const text = blocks.get(name);
    if (text === undefined) throw new Error(`no generated block is called "${name}"`);
    return `${start}\n${text}\n\n${end}`;
  });
}

/** The names of the generated blocks of a page, in order. */
export function generatedBlocksOf(page: string): readonly string[] {
  return [...page.matchAll(BLOCK)].map(([, , name = '']) => name);
}
