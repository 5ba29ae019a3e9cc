import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { machinesTable, ROWS_OF_MACHINES } from './machines.ts';
import { markdownTable, type Result, resultLines, verdictOfResult } from './print-table.ts';
import { middleOf } from './rounds.ts';
import { ENOUGH_OF_BOUND, type Measured, type Row } from './row.ts';
import { ROWS } from './rows.ts';
import { ROWS_OF_STAGES, stagesTable } from './stages.ts';
import { writeBlock } from './write-block.ts';

/**
 * What the compiler of V8 makes of the same code differs from process to process: that of protobufjs is at times twice
 * as fast. So a row is measured in as many processes, one after the other, and the one in the middle counts.
 */
const PROCESSES = 3;

/**
 * Measures the rows one after the other, each in processes of its own: what the compiler of V8 and the garbage
 * collector learn from one measurement must not help or harm the next.
 *
 * @param only rows whose name contains one of these texts; none: all
 * @param write writes the blocks of docs/performance.md of which all rows were measured
 * @returns whether every row that was measured reaches its floor, or enough of its bound
 */
export async function runTable(only: readonly string[], { write }: { readonly write: boolean }): Promise<boolean> {
  const rows = ROWS.filter(({ name }) => only.length === 0 || only.some((text) => name.includes(text)));
  if (rows.length === 0) {
    console.error(`no row's name contains ${only.map((text) => `"${text}"`).join(' or ')}; the rows are:`);
    for (const { name } of ROWS) console.error(`  ${name}`);
    return false;
  }
  console.log(`${rows.length} rows: median of the rounds (half of them)`);
  console.log(`Node ${process.version}, ${machine()}`);
  const results = rows.map((row): Result => {
    const result = { row, measured: measureRow(row) };
    console.log(resultLines(result));
    return result;
  });
  const bad = results.filter((result) => ['under the floor', 'failed'].includes(verdictOfResult(result)));
  const skipped = results.filter(({ measured }) => 'skipped' in measured);
  const byBound = results.filter((result) => verdictOfResult(result) === 'bound');
  const held = results.length - bad.length - skipped.length - byBound.length;
  console.log(
    `${held} rows reach their floor, ${byBound.length} only ${ENOUGH_OF_BOUND * 100} % of their bound, ${bad.length} neither`,
  );
  for (const { row } of byBound) console.log(`  under its floor, but near what is possible here: ${row.name}`);
  for (const { row } of bad) console.log(`  under its floor, or failed: ${row.name}`);
  for (const { row } of skipped) console.log(`  SKIPPED, so nothing is known of it: ${row.name}`);
  if (write) await writeBlocks(results);
  return bad.length === 0;
}

function measureRow(row: Row): Result['measured'] {
  const processes = row.isLong === true ? 1 : PROCESSES;
  const results = Array.from({ length: processes }, () => measureApart(row));
  const without = results.find((measured) => !('value' in measured));
  return without ?? middleOf(results.filter((measured) => 'value' in measured));
}

function measureApart(row: Row): Result['measured'] {
  const script = join(import.meta.dirname, 'measure-row.ts');
  const argv = [...(row.nodeOptions ?? []), script, row.name];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', maxBuffer: 64 << 20 });
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (status === 0 && last.startsWith('{')) return JSON.parse(last) as Measured;
  return { failed: stderr.trim().slice(0, 2000) || `its process ended with ${status}` };
}

function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model ?? process.arch}`;
}

async function writeBlocks(results: readonly Result[]): Promise<void> {
  const where = `Node.js ${process.version}, ${machine()}, ${new Date().toISOString().slice(0, 10)}.`;
  const blocks = [
    { block: 'table', rows: ROWS.map(({ name }) => name), make: markdownTable },
    { block: 'stages', rows: ROWS_OF_STAGES, make: stagesTable },
    { block: 'machines', rows: ROWS_OF_MACHINES, make: machinesTable },
  ];
  const names = new Set(results.map(({ row }) => row.name));
  for (const { block, rows, make } of blocks) {
    const missing = rows.find((name) => !names.has(name));
    if (missing === undefined) writeBlock(block, `${await make(results)}\n\n${where}`);
    else console.log(`the block "${block}" stays as it is: "${missing}" was not measured`);
  }
}
