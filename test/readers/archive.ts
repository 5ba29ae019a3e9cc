import { World } from '../pipeline/world.ts';

const NOON_MS = Date.UTC(2026, 10, 21, 12);

const KEEP_ALL = `
decision_wait: 10s
policies:
  - { name: all, type: always_sample }
`;

/** The lines that the pipeline writes of requests: those of `late` come when the traces of the others are decided. */
export async function archive(
  requests: readonly Uint8Array[],
  { late = [], yaml = KEEP_ALL }: { readonly late?: readonly Uint8Array[]; readonly yaml?: string } = {},
): Promise<readonly string[]> {
  const world = new World({ yaml });
  world.clock.set(NOON_MS);
  for (const request of requests) {
    await world.ingest(request);
    world.clock.advance(1);
  }
  await world.drain();
  for (const request of late) await world.ingest(request);
  await world.drain();
  return world.archive.allLines();
}

/** A second after the clock of the pipeline begins, as OTLP has it. */
export const START_NANOS = `${NOON_MS + 1000}000000`;
