import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { TraceArchive } from '../../lib/pipeline/ports.ts';

export interface TraceArchiveHarness {
  readonly archive: TraceArchive;
  /** The text of the object at a key, decompressed. */
  read(key: string): Promise<string>;
}

/** What ports.ts promises of a trace archive. */
export function describeTraceArchive(name: string, create: () => Promise<TraceArchiveHarness>): void {
  describe(`${name} as a trace archive`, () => {
    it('creates an object of lines', async () => {
      const { archive, read } = await create();
      const key = newKey();
      expect(await archive.create(key, lines('{"a":1}\n', '{"b":"ü"}\n'))).toBe('created');
      expect(await read(key)).toBe('{"a":1}\n{"b":"ü"}\n');
    });

    it('never touches an object that is there', async () => {
      const { archive, read } = await create();
      const key = newKey();
      await archive.create(key, lines('first\n'));
      expect(await archive.create(key, lines('second\n'))).toBe('exists');
      expect(await archive.fence(key)).toBe('exists');
      expect(await read(key)).toBe('first\n');
      expect(await archive.inspect(key)).toBe('data');
    });

    it('keeps everything out of a fenced key', async () => {
      const { archive, read } = await create();
      const key = newKey();
      expect(await archive.fence(key)).toBe('created');
      expect(await archive.create(key, lines('late\n'))).toBe('exists');
      expect(await archive.fence(key)).toBe('exists');
      expect(await archive.inspect(key)).toBe('fence');
      expect(await read(key)).toBe('');
    });

    it('tells data, fence and absence apart', async () => {
      const { archive } = await create();
      const [data, fence, absent] = [newKey(), newKey(), newKey()];
      await archive.create(data, lines('{}\n'));
      await archive.fence(fence);
      expect(await Promise.all([data, fence, absent].map((key) => archive.inspect(key)))).toEqual([
        'data',
        'fence',
        'absent',
      ]);
    });

    it('lets one of twenty creators and fences win', async () => {
      const { archive, read } = await create();
      const key = newKey();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          index % 2 === 0 ? archive.create(key, lines(`${index}\n`)) : archive.fence(key),
        ),
      );
      expect(answers.filter((answer) => answer === 'created')).toHaveLength(1);
      const winner = answers.indexOf('created');
      expect(await archive.inspect(key)).toBe(winner % 2 === 0 ? 'data' : 'fence');
      expect(await read(key)).toBe(winner % 2 === 0 ? `${winner}\n` : '');
    });

    it('takes an object of many megabytes', async () => {
      const { archive, read } = await create();
      const key = newKey();
      const line = `${randomUUID().repeat(30_000)}\n`;
      await archive.create(key, Array<Uint8Array>(20).fill(new TextEncoder().encode(line)));
      expect(await read(key)).toBe(line.repeat(20));
    });
  });
}

function newKey(): string {
  return `traces/dt=2026-11-21/hour=12/traces_${randomUUID()}.jsonl.gz`;
}

function lines(...texts: string[]): Uint8Array[] {
  return texts.map((text) => new TextEncoder().encode(text));
}
