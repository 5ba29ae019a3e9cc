import type { KeyParameters } from '../../aws/ssm/ingest-keys.ts';
import { escapeForTerminal } from '../../terminal/escape.ts';
import { readEntries } from './read-entries.ts';
import type { KeysIo } from './run-keys.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Prints a line for each key, oldest first. */
export async function listKeys(keys: KeyParameters, io: KeysIo): Promise<void> {
  const entries = await readEntries(keys);
  if (entries.length === 0) {
    io.complain(`there are no keys under ${keys.path}: everything is refused until you "create" one`);
    return;
  }
  const rows = entries
    .toSorted((a, b) => (a.entry?.createdAt ?? '').localeCompare(b.entry?.createdAt ?? ''))
    .map(({ id, entry, problem }) =>
      entry === undefined
        ? [id, '-', '-', `not usable: ${problem}`]
        : [id, entry.tenant ?? '-', age(entry.createdAt, io.clock.now()), entry.note ?? ''],
    );
  for (const line of alignedLines([['ID', 'TENANT', 'AGE', 'NOTE'], ...rows])) io.print(line);
}

function age(createdAt: string | undefined, nowMs: number): string {
  const ms = nowMs - Date.parse(createdAt ?? '');
  if (Number.isNaN(ms)) return '-';
  return ms < 2 * DAY_MS ? `${Math.floor(ms / HOUR_MS)} h` : `${Math.floor(ms / DAY_MS)} d`;
}

function alignedLines(rows: readonly (readonly string[])[]): readonly string[] {
  const cells = rows.map((row) => row.map(escapeForTerminal));
  const widthOf = (column: number) => Math.max(...cells.map((row) => row[column]?.length ?? 0));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widthOf(column)))
      .join('  ')
      .trimEnd(),
  );
}
