import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type CompactArchiveDeps, compactArchive } from '../../../lib/archive/compaction/compact-archive.ts';
import { NOTHING_COMPACTED } from '../../../lib/archive/tables/compacted-hours.ts';
import { NODE_CODECS } from '../../../lib/aws/codecs.ts';
import { line, oneSpan } from '../../cli/query/support/archive-folder.ts';
import { MemoryCompactionCatalog } from '../../memory/memory-compaction-catalog.ts';
import { MemoryObjectStore } from '../../memory/memory-object-store.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const HOUR = 3_600_000;

function world(options: Partial<CompactArchiveDeps> = {}) {
  const store = new MemoryObjectStore();
  const catalog = new MemoryCompactionCatalog(NOTHING_COMPACTED);
  const clock = new ManualClock(Date.parse('2026-11-21T12:10:00Z'));
  const deps = { store, catalog, clock, codecs: NODE_CODECS, tenants: false, hasTime: () => true, ...options };
  const add = async (folder: string, name: string, text = JSON.stringify(line(oneSpan({ name })))) => {
    await store.createOnly(`traces/${folder}/traces_20261121T071300000Z-${name}.jsonl.gz`, gzipSync(text));
  };
  return { store, catalog, clock, add, run: () => compactArchive(deps) };
}

describe('compactArchive', () => {
  it('closes the settled hours of a day in the first run, and compacts them in the next', async () => {
    const { clock, store, run, add } = world();
    await add('dt=2026-11-21/hour=07', 'aa');
    await add('dt=2026-11-21/hour=11', 'ab');
    const first = await run();
    expect(first).toMatchObject({ publication: 'written', hours: [] });
    expect(first.published).toEqual({
      from: '2026-11-20T11',
      to: '2026-11-20T11',
      left: [],
      closing: {
        before: '2026-11-21T11',
        atMs: Date.parse('2026-11-21T12:43:00Z'),
        untilMs: Date.parse('2026-11-21T16:43:00Z'),
      },
    });
    clock.advance(HOUR);
    const second = await run();
    expect(second.published).toMatchObject({ to: '2026-11-21T11', closing: { before: '2026-11-21T12' } });
    expect((await store.listFolder('spans/dt=2026-11-21/hour=07/')).objects.length).toBe(1);
    expect((await store.listFolder('spans/dt=2026-11-21/hour=11/')).objects.length).toBe(0);
  });

  it('waits until what was named before the closing has arrived', async () => {
    const { clock, run } = world();
    const { published } = await run();
    clock.advance(HOUR / 2);
    expect((await run()).published).toEqual(published);
  });

  it('closes again what it could not compact in time', async () => {
    const { clock, run } = world();
    await run();
    clock.advance(6 * HOUR);
    expect((await run()).published).toMatchObject({ to: '2026-11-20T11', closing: { before: '2026-11-21T17' } });
    clock.advance(HOUR);
    expect((await run()).published).toMatchObject({ to: '2026-11-21T17' });
  });

  it('leaves an hour with an object that it cannot take over to JSON, names it, and goes on', async () => {
    const { clock, run, add } = world();
    await add('dt=2026-11-21/hour=07', 'aa');
    await add('dt=2026-11-21/hour=07', 'ab', 'no JSON');
    await add('dt=2026-11-21/hour=08', 'ac');
    await run();
    clock.advance(HOUR);
    const { published, hours } = await run();
    expect(published).toMatchObject({ to: '2026-11-21T11', left: ['2026-11-21T07'] });
    expect(hours.flatMap(({ refused }) => refused.map(({ object }) => object.key))).toEqual([
      'traces/dt=2026-11-21/hour=07/traces_20261121T071300000Z-ab.jsonl.gz',
    ]);
  });

  it('publishes what it got done when time runs out, and goes on in the next run', async () => {
    let parts = 10;
    const { clock, run, add } = world({ hasTime: () => parts-- > 0 });
    await add('dt=2026-11-21/hour=07', 'aa');
    await add('dt=2026-11-21/hour=08', 'ab');
    await run();
    parts = 1;
    clock.advance(HOUR);
    expect(await run()).toMatchObject({ isCut: true, published: { to: '2026-11-21T08' } });
    parts = 100;
    clock.advance(HOUR);
    expect(await run()).toMatchObject({ isCut: false, published: { to: '2026-11-21T12' } });
  });

  it('takes over late objects of compacted hours: each hour those of a day, once a day older ones', async () => {
    const { clock, store, run, add } = world();
    await run();
    clock.advance(HOUR);
    await run();
    await add('dt=2026-11-21/hour=07', 'aa');
    clock.advance(HOUR);
    await run();
    expect((await store.listFolder('spans/dt=2026-11-21/hour=07/')).objects.length).toBe(1);
    clock.advance(72 * HOUR);
    await add('dt=2026-11-21/hour=07', 'ab');
    for (let i = 0; i < 23; i++) {
      await run();
      clock.advance(HOUR);
    }
    expect((await store.listFolder('spans/dt=2026-11-21/hour=07/')).objects.length).toBe(2);
  });

  it('compacts each tenant', async () => {
    const { clock, store, run, add } = world({ tenants: true });
    await add('tenant=a/dt=2026-11-21/hour=07', 'aa');
    await add('tenant=b/dt=2026-11-21/hour=07', 'ab');
    await run();
    clock.advance(HOUR);
    expect((await run()).hours.find(({ hour }) => hour === '2026-11-21T07')).toMatchObject({ parts: 2, objects: 2 });
    expect((await store.listFolder('spans/')).folders).toEqual(['tenant=a', 'tenant=b']);
  });

  it('looks for tenants only when all that is on time has arrived', async () => {
    const { clock, store, run, add } = world({ tenants: true });
    await add('tenant=a/dt=2026-11-21/hour=07', 'aa');
    await run();
    clock.advance(HOUR);
    // The run of now stalls after its first look at the catalogue, and b's first object comes meanwhile.
    const listFolder = store.listFolder.bind(store);
    store.listFolder = async (folder) => {
      if (folder === 'traces/') await add('tenant=b/dt=2026-11-21/hour=07', 'ab');
      return listFolder(folder);
    };
    expect((await run()).hours.find(({ hour }) => hour === '2026-11-21T07')).toMatchObject({ objects: 2 });
  });

  it('does not publish over another run', async () => {
    const { catalog, clock, store, run } = world();
    await run();
    clock.advance(HOUR);
    const { version } = await catalog.read();
    const other = { read: () => catalog.read().then(({ hours }) => ({ hours, version: `${version}-old` })) };
    const deps = { store, clock, codecs: NODE_CODECS, tenants: false, hasTime: () => true };
    const stale = { read: other.read, write: catalog.write.bind(catalog) };
    expect(await compactArchive({ ...deps, catalog: stale })).toMatchObject({ publication: 'conflict' });
    expect((await catalog.read()).version).toBe(version);
  });
});
