import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createHandler } from '../../../functions/compact/handler.ts';
import { NOTHING_COMPACTED } from '../../../lib/archive/tables/compacted-hours.ts';
import { NODE_CODECS } from '../../../lib/aws/codecs.ts';
import { line, oneSpan } from '../../cli/query/support/archive-folder.ts';
import { MemoryCompactionCatalog } from '../../memory/memory-compaction-catalog.ts';
import { MemoryObjectStore } from '../../memory/memory-object-store.ts';
import { ManualClock } from '../../support/manual-clock.ts';

type Entry = readonly [level: string, message: string, fields: Readonly<Record<string, unknown>>];

async function world() {
  const store = new MemoryObjectStore();
  const catalog = new MemoryCompactionCatalog(NOTHING_COMPACTED);
  const clock = new ManualClock(Date.parse('2026-11-21T12:20:00Z'));
  const logged: Entry[] = [];
  const writer = (level: string) => (message: string, fields: Record<string, unknown>) => {
    logged.push([level, message, fields]);
  };
  const log = { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
  const handler = createHandler({ store, catalog, codecs: NODE_CODECS, clock, tenants: false, log });
  const add = (hour: string, id: string, text: string) =>
    store.createOnly(
      `traces/dt=2026-11-21/hour=${hour}/traces_20261121T071300000Z-00000000000000${id}.jsonl.gz`,
      gzipSync(text),
    );
  await add('07', '01', JSON.stringify(line(oneSpan({ name: 'a' }))));
  await add('08', '02', 'foreign');
  const run = (remainingMs = 900_000) => handler({}, { getRemainingTimeInMillis: () => remainingMs });
  return { store, catalog, clock, logged, run };
}

describe('the compact function', () => {
  it('makes a run, and logs what came of it and what it could not take over', async () => {
    const { catalog, clock, logged, run } = await world();
    await run();
    clock.advance(3_600_000);
    await run();
    expect((await catalog.read()).hours).toMatchObject({ to: '2026-11-21T11', left: ['2026-11-21T08'] });
    expect(logged.map(([level, message]) => `${level} ${message}`)).toEqual([
      'info compaction',
      'warn object cannot be compacted and stays JSON',
      'info compaction',
    ]);
    expect(logged[1]?.[2]).toEqual({
      path: 'traces/dt=2026-11-21/hour=08/traces_20261121T071300000Z-0000000000000002.jsonl.gz',
      reason: expect.stringContaining('line 1: is not JSON'),
    });
    expect(logged[2]?.[2]).toMatchObject({
      parts: 1,
      objects: 1,
      spans: 1,
      refused: 1,
      left: 1,
      publication: 'written',
    });
  });

  it('begins no part that its time may be too short for', async () => {
    const { store, clock, logged, run } = await world();
    await run();
    clock.advance(3_600_000);
    await run(200_000);
    expect(await store.listFolder('spans/dt=2026-11-21/hour=07/')).toEqual({ objects: [], folders: [] });
    expect(logged.at(-1)?.[2]).toMatchObject({ parts: 0, isCut: true, to: '2026-11-21T07' });
  });

  it('fails when the catalogue does, so that an alarm can tell', async () => {
    const { catalog, run } = await world();
    catalog.read = () => Promise.reject(new Error('no Glue'));
    await expect(run()).rejects.toThrow('no Glue');
  });
});
