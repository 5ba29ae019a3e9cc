/** `node writer.ts <database> <name>`: appends and sends until it is killed, and prints the number of each acknowledged request. */
import { createHash, randomBytes } from 'node:crypto';
import { SystemClock } from '../../lib/aws/system.ts';
import { openStore } from '../../lib/sqlite/store.ts';

const REQUESTS_AT_ONCE = 4;

/** The trace of a request of the writer with this name. */
export function traceIdOf(name: string, number: number): string {
  return createHash('md5').update(`${name} ${number}`).digest('hex');
}

async function write(path: string, name: string): Promise<never> {
  const clock = new SystemClock();
  const { buffer, wakeUps } = openStore({ path, clock }).services();
  let next = 0;
  const exporter = async (): Promise<never> => {
    for (;;) {
      const number = next++;
      const fragment = {
        traceId: traceIdOf(name, number),
        hash: 'aa',
        payload: randomBytes(3_000),
        receivedAtMs: clock.now(),
        spanCount: 1,
      };
      await buffer.append([fragment]);
      const wakeUp = { dueAtMs: clock.now(), attempt: 0, fragments: [fragment] };
      await wakeUps.send([{ wakeUp, delaySeconds: 0 }]);
      process.stdout.write(`${number}\n`);
    }
  };
  await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, exporter));
  throw new Error('an exporter ended');
}

if (import.meta.main) await write(process.argv[2] ?? '', process.argv[3] ?? '');
