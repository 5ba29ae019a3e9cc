import { describe, expect, it } from 'vitest';
import { ArchiveRound } from '../../lib/pipeline/decide/archive-round.ts';
import { MemoryTraceArchive } from '../memory/memory-trace-archive.ts';

const PARTITION = 'dt=2026-11-21/hour=07';
const clock = { now: () => 1_795_262_430_000 };

describe('the memory of a round', () => {
  it('goes to the next round once every object has been answered for', async () => {
    const archive = new MemoryTraceArchive();
    const first = new ArchiveRound('0000000000000001', { archive, clock });
    const line = addLine(first, 'first');
    await first.commit();
    const second = new ArchiveRound('0000000000000002', { archive, clock });
    expect(addLine(second, 'second').buffer).toBe(line.buffer);
    await second.commit();
    expect(archive.keys().map((key) => archive.lines(key))).toEqual([['first'], ['second']]);
  });

  it('is not shared before that', async () => {
    const archive = new MemoryTraceArchive();
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const slow = {
      create: async (key: string, lines: readonly Uint8Array[]) => {
        await answered;
        return archive.create(key, lines);
      },
      fence: (key: string) => archive.fence(key),
      inspect: (key: string) => archive.inspect(key),
    };
    const first = new ArchiveRound('0000000000000001', { archive: slow, clock });
    addLine(first, 'first');
    const committing = first.commit();
    const second = new ArchiveRound('0000000000000002', { archive, clock });
    addLine(second, 'second');
    await second.commit();
    addLine(new ArchiveRound('0000000000000003', { archive, clock }), 'third');
    answer();
    await committing;
    expect(archive.keys().map((key) => archive.lines(key))).toEqual([['second'], ['first']]);
  });
});

function addLine(round: ArchiveRound, text: string): Uint8Array {
  round.keyFor(PARTITION);
  round.lineWriter.verbatim(`${text}\n`);
  const line = round.lineWriter.take();
  round.add(PARTITION, [line]);
  return line;
}
