import type { Context } from 'aws-lambda';
import { type CompactArchiveDeps, compactArchive } from '../../lib/archive/compaction/compact-archive.ts';
import { sum } from '../../lib/archive/compaction/compact-hour.ts';
import type { Log } from '../shared/logger.ts';

/** No part is begun with less time left: several times what a part of the largest size takes. */
const PART_MS = 4 * 60_000;
/** Refused objects that one run names in the log. */
const MAX_LOGGED = 20;

export interface CompactHandlerDeps extends Omit<CompactArchiveDeps, 'hasTime' | 'onHour'> {
  readonly log: Log;
}

export type CompactHandler = (event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>) => Promise<void>;

/** The Lambda handler behind the schedule: one run of the compaction, as far as the time of the invocation allows. */
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
