import { expect, it } from 'vitest';
import type { BufferedFragment } from '../../lib/pipeline/ports.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { useStores } from './temporary-store.ts';
import { traceIdOf } from './writer.ts';

const { open, newPath } = useStores();
const PAYLOAD_BYTES = 5_000;
/** What stays in the database while a fragment waits for its decision. */
const waitingFragment = (number: number, receivedAtMs: number): BufferedFragment => ({
  traceId: traceIdOf('waiting', number),
  hash: 'aa',
  payload: Buffer.alloc(PAYLOAD_BYTES, traceIdOf('payload', number)),
  receivedAtMs,
  spanCount: 10,
});

/** A database with this many packs that wait, each of one request, as after `kill -9`. */
async function databaseOf(packs: number) {
  const [path, clock] = [newPath(), new ManualClock()];
  const store = open({ path, clock });
  const { buffer, wakeUps } = store.services();
  for (let number = 0; number < packs; number++) {
    const fragments = [waitingFragment(number, clock.now())];
    await buffer.append(fragments);
    await wakeUps.send([{ wakeUp: { dueAtMs: clock.now(), attempt: 0, fragments }, delaySeconds: 0 }]);
  }
  return { path, clock };
}

it.each([50, 500])(
  'a start with %i packs that wait reads nothing of them, and the first look-up only their directories',
  async (packs) => {
    const { path, clock } = await databaseOf(packs);
    const store = open({ path, clock });
    const nothing = { directoriesRead: 0, partsRead: 0, packsRead: 0, packsInflated: 0, transactions: 0 };
    expect(store.messages.state()).toEqual({ wakeUps: packs, fragments: packs, lagMs: 0 });
    expect(store.disk().undecidedBytes).toBeGreaterThan(0);
    expect(store.counts()).toMatchObject(nothing);

    // The first look-up catches up with what no segment covers: one directory a pack, and no payload.
    const { buffer } = store.services();
    expect((await buffer.read(traceIdOf('unknown', 0))).fragments).toEqual([]);
    expect(store.counts()).toMatchObject({ ...nothing, directoriesRead: packs });

    // Deciding a trace reads its own pack.
    expect((await buffer.read(traceIdOf('waiting', packs - 1))).fragments).toHaveLength(1);
    expect(store.counts()).toMatchObject({ ...nothing, directoriesRead: packs, packsRead: 1, packsInflated: 1 });
  },
);
