import type { Result } from './print-table.ts';
import { shown } from './print-table.ts';
import type { Micros } from './row.ts';

/**
 * Prototypes measured in November 2026 on an Intel Cascade Lake (2.5 GHz, two virtual cores, Node.js 24.21): each did
 * one stage alone, without all that a product adds. The floors and goals come from them. Microseconds of processor
 * time, in the quietest tenth of the rounds. Their corpus was of the same kind, with 554 bytes a span.
 */
const PROTOTYPES: readonly (readonly [row: string, own: number, base: number])[] = [
  ['regroup : protobufjs decode and encode, gateway', 0.742, 21.7],
  ['regroup : protobufjs decode, gateway', 0.742, 9.35],
  ['gunzip and regroup : gunzip, gateway', 1.75, 1.12],
  ['JSON body : JSON.parse, fromObject and encode, gateway', 6.21, 24.65],
  ['policies : protobufjs decode and policies by hand, gateway', 0.568, 16.7],
  ['JSON line : toObject and JSON.stringify, gateway', 3.41, 38.7],
  ['JSON line and gzip : the same, both at level 6, gateway', 17.7, 49.5],
  ['ingest handler : the same on protobufjs, gateway', 31.5, 52.7],
  ['first request of a process : protobufjs', 8850, 153_900],
];

/** The rows that {@link machinesTable} needs. */
export const ROWS_OF_MACHINES: readonly string[] = PROTOTYPES.map(([row]) => row);

/** Our own time and that of the base, of the prototypes on their machine and of the product on this one. */
export function machinesTable(results: readonly Result[]): string {
  const lines = PROTOTYPES.map(([name, own, base]) => {
    const then: Micros = { per: microsOf(results, name)?.per ?? 'span', own, base };
    const here = microsOf(results, name);
    if (here === undefined) return `| ${name} | ${cells(then)} | not measured | | | | |`;
    return `| ${name} | ${cells(then)} | ${cells(here)} | ${shown(base / here.base)} × | ${shown(own / here.own)} × |`;
  });
  return [
    '| row | prototype | its base | base : own | own here | base here | base : own | base got faster | own got faster |',
    '|---|---|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

function microsOf(results: readonly Result[], name: string): Micros | undefined {
  const measured = results.find(({ row }) => row.name === name)?.measured;
  return measured !== undefined && 'micros' in measured ? measured.micros : undefined;
}

function cells({ per, own, base }: Micros): string {
  const text = (micros: number) => (per === 'span' ? `${shown(micros)} µs` : `${shown(micros / 1000)} ms`);
  return `${text(own)} | ${text(base)} | ${shown(base / own)}`;
}
