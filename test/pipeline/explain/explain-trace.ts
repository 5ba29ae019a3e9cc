import { DEFAULT_BUFFER_TTL_MS } from '../../../lib/pipeline/adapter-rules.ts';
import { explainTrace } from '../../../lib/pipeline/explain/explain-trace.ts';
import type { ArrivalLog, SpanBuffer } from '../../../lib/pipeline/ports.ts';
import { traceIdOf } from '../../support/export-request.ts';
import type { WorldOn, WorldQueue } from '../world.ts';

/** A world whose buffer can be asked where a trace is. */
export type ExplainableWorld = WorldOn<SpanBuffer & ArrivalLog, WorldQueue>;

/** Looks for a trace as of now, with the policies of now. @param trace as in the specifications of its spans */
export function explain(world: ExplainableWorld, trace: string) {
  const { buffer, archive, limits, keyTables, clock, config, queue } = world;
  return explainTrace(traceIdOf(trace), {
    buffer,
    archive,
    limits,
    keyTables,
    clock,
    config,
    bufferTtlMs: DEFAULT_BUFFER_TTL_MS,
    deadLetters: {
      find: async (traceId) => ({
        letters: queue.deadLetters.filter(({ fragments }) => fragments.some((each) => each.traceId === traceId)),
        isWhole: true,
      }),
    },
  });
}
