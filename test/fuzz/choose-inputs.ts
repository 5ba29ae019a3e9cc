import { Session } from 'node:inspector/promises';
import { seedsOf } from './target.ts';
import { TARGETS } from './targets.ts';

/** Bytes of base64 that the kept inputs of a target may take. */
const MAX_KEPT_BYTES = 12_000;

/**
 * The smallest inputs that each reach code which none before them does, or reach it twice as often, by the coverage of V8; beside
 * the seeds.
 */
export async function chooseInputs(name: string, inputs: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
  const target = TARGETS[name];
  if (target === undefined) return [];
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const reached = new Set<string>();
  const reachesMore = async (input: Uint8Array): Promise<boolean> => {
    // Counters start again with each answer.
    await target.fuzz(input);
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const before = reached.size;
    for (const { url, functions } of result) {
      if (!url.startsWith('file:') || url.includes('/test/')) continue;
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          if (count > 0) reached.add(`${url}:${startOffset}-${endOffset} ${Math.floor(Math.log2(count))}`);
        }
      }
    }
    return reached.size > before;
  };
  for (const seed of await seedsOf(target)) await reachesMore(seed);
  const chosen: Uint8Array[] = [];
  let bytes = 0;
  for (const input of inputs.toSorted((a, b) => a.length - b.length)) {
    const size = Math.ceil(input.length / 3) * 4 + 1;
    if (bytes + size > MAX_KEPT_BYTES) break;
    if (!(await reachesMore(input))) continue;
    chosen.push(input);
    bytes += size;
  }
  session.disconnect();
  return chosen;
}
