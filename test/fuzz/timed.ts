import type { FuzzTarget } from './target.ts';

const defaultMaxMs = (bytes: number): number => 100 + bytes * 0.02;
/** How often an input that took too long is tried: the compiler or the garbage collector may have been the reason. */
const TRIES = 4;

/** The target for the fuzzer: it also fails where an input takes more processor time than its bytes justify. */
export function timed({ fuzz, maxMs = defaultMaxMs }: FuzzTarget): (data: Uint8Array) => void | Promise<void> {
  const excess = (startedAt: NodeJS.CpuUsage, bytes: number): string | undefined => {
    const { user, system } = process.cpuUsage(startedAt);
    const ms = (user + system) / 1000;
    return ms <= maxMs(bytes) ? undefined : `${bytes} bytes took ${ms} ms: at most ${maxMs(bytes)} are allowed`;
  };
  const tooSlow = (message: string, tried: number): void => {
    if (tried === TRIES) throw new Error(message);
  };
  const again = async (data: Uint8Array, tried: number): Promise<void> => {
    const startedAt = process.cpuUsage();
    await fuzz(data);
    const message = excess(startedAt, data.length);
    if (message === undefined) return;
    tooSlow(message, tried);
    await again(data, tried + 1);
  };
  return (given) => {
    // Not a Buffer: its slice() shares memory, and protobufjs reads it in another way.
    const data = Uint8Array.from(given);
    const startedAt = process.cpuUsage();
    const running = fuzz(data);
    if (running !== undefined) {
      return running.then(() => (excess(startedAt, data.length) === undefined ? undefined : again(data, 2)));
    }
    for (let tried = 1, since = startedAt; ; tried++, since = process.cpuUsage()) {
      if (tried > 1) void fuzz(data);
      const message = excess(since, data.length);
      if (message === undefined) return undefined;
      tooSlow(message, tried);
    }
  };
}
