import type { Context } from 'aws-lambda';
import { type CompactArchiveDeps, compactArchive } from '../../lib/archive/compaction/compact-archive.ts';
import { sum } from '../../lib/archive/compaction/compact-hour.ts';
import type { Log } from '../shared/logger.ts';

/** What a part of the largest size takes, several times over. No part is begun with less time left. */
const PART_MS = 4 * 60_000;
/** Objects that are named in the log, of one run. */
const MAX_LOGGED = 20;

export interface CompactHandlerDeps extends Omit<CompactArchiveDeps, 'hasTime' | 'onHour'> {
  readonly log: Log;
}

export type CompactHandler = (event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<void>;

/** The Lambda handler behind the schedule: one run of the compaction. */
export function createHandler({ log, ...deps }: CompactHandlerDeps): CompactHandler {
  return async (_event, context) => {
    const hasTime = () => context.getRemainingTimeInMillis() > PART_MS;
    const { hours, published, publication, isCut } = await compactArchive({ ...deps, hasTime });
    const { refused, isComplete: _, ...done } = sum(hours);
    for (const { object, reason } of refused.slice(0, MAX_LOGGED)) {
      log.warn('object cannot be compacted and stays JSON', { path: object.key, reason });
    }
    const { left, ...range } = published;
    log.info('compaction', { ...done, refused: refused.length, publication, isCut, ...range, left: left.length });
  };
}
