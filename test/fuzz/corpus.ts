import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Kept inputs of a target: a line of base64 each, the shortest first. `npm test` runs them all. */
export function keptInputs(target: string): readonly Uint8Array[] {
  const file = fileOf(target);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => new Uint8Array(Buffer.from(line, 'base64')));
}

export function keepInputs(target: string, inputs: readonly Uint8Array[]): void {
  const lines = inputs.map((input) => Buffer.from(input).toString('base64'));
  lines.sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  mkdirSync(dirname(fileOf(target)), { recursive: true });
  writeFileSync(fileOf(target), lines.map((line) => `${line}\n`).join(''));
}

export function fileOf(target: string): string {
  return join(import.meta.dirname, 'corpus', `${target}.txt`);
}
