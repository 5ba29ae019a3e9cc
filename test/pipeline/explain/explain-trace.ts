import { DEFAULT_BUFFER_TTL_MS } from '../../../lib/pipeline/adapter-rules.ts';
import { explainTrace } from '../../../lib/pipeline/explain/explain-trace.ts';
import { traceIdOf } from '../../support/export-request.ts';
import type { AnyWorld } from '../world.ts';

/** Looks for a trace as of now, with the policies of now. @param trace as in the specifications of its spans */
export function explain(world: AnyWorld, trace: string) {
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
