import { PROGRAM } from '../../lib/cli/program.ts';
import type { Command } from '../../lib/terminal/define-command.ts';
import {
  actionEntries,
  type Entry,
  EXIT_CODES,
  optionGroups,
  positionalEntry,
  usageLine,
} from '../../lib/terminal/help.ts';
import { markdownTable } from './generated-blocks.ts';

/** The generated blocks of docs/cli.md, by name. */
export function cliTables(): ReadonlyMap<string, string> {
  return new Map([
    ['commands', commandTable()],
    ['exit codes', markdownTable(['exit code', 'means'], exitRows(EXIT_CODES))],
    ['reference', PROGRAM.commands.map(section).join('\n\n')],
  ]);
}

function commandTable(): string {
  const rows = PROGRAM.commands.map(({ name, summary }) => [`[\`${name}\`](#${name})`, summary]);
  return markdownTable(['command', 'does'], rows);
}

function section(command: Command): string {
  const { name, description, positionals, exits = {}, examples } = command;
  const parts = [
    `## ${name}`,
    description,
    `\`\`\`\n${usageLine(PROGRAM.name, command)}\n\`\`\``,
    table('action', actionEntries(command)),
    table('argument', Object.values(positionals).map(positionalEntry)),
    ...optionGroups(command).map(([group, entries]) => table(group === 'Options' ? 'option' : group, entries)),
    Object.keys(exits).length === 0 ? '' : markdownTable(['exit code', 'means'], exitRows(exits)),
    examples.length === 0 ? '' : `\`\`\`sh\n${examples.map(([line, what]) => `# ${what}\n${line}`).join('\n')}\n\`\`\``,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function table(heading: string, entries: readonly Entry[]): string {
  if (entries.length === 0) return '';
  return markdownTable(
    [heading, 'meaning'],
    entries.map(([left, right]) => [`\`${left}\``, right]),
  );
}

function exitRows(codes: Readonly<Record<string, string>>): string[][] {
  return Object.entries(codes).map(([code, meaning]) => [`\`${code}\``, meaning]);
}
