import type { ArchiveHour } from '../hours.ts';
import { hourFolder } from '../layout.ts';
import { type CompactFolderDeps, type CompactionLimits, compactFolder, type FolderResult } from './compact-folder.ts';

export type { FolderResult };

export interface HourResult extends FolderResult {
  readonly hour: ArchiveHour;
}

/** Compacts one hour of all tenants. @param tenants whether they are kept apart */
export async function compactHour(
  hour: ArchiveHour,
  tenants: readonly (string | undefined)[],
  deps: CompactFolderDeps,
  hasTime: () => boolean,
  limits?: CompactionLimits,
): Promise<HourResult> {
  const results: FolderResult[] = [];
  for (const tenant of tenants) {
    results.push(await compactFolder(hourFolder(hour, { tenant }), deps, hasTime, limits));
  }
  return { hour, ...sum(results) };
}

/** The sum of several results. */
export function sum(results: readonly FolderResult[]): FolderResult {
  const total = (value: (result: FolderResult) => number) => results.reduce((all, one) => all + value(one), 0);
  return {
    isComplete: results.every(({ isComplete }) => isComplete),
    refused: results.flatMap(({ refused }) => refused),
    parts: total(({ parts }) => parts),
    objects: total(({ objects }) => objects),
    spans: total(({ spans }) => spans),
    bytesBefore: total(({ bytesBefore }) => bytesBefore),
    bytesAfter: total(({ bytesAfter }) => bytesAfter),
  };
}
