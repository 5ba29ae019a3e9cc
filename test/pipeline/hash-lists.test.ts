import { describe, expect, it } from 'vitest';
import { HashLists } from '../../lib/pipeline/decide/hash-lists.ts';
import { DEFAULT_DECIDE_OPTIONS } from '../../lib/pipeline/decide/options.ts';
import { type DecisionRecord, MAX_LISTED_HASHES } from '../../lib/pipeline/ports.ts';

/** Lists in memory, and how often they were read and written. */
function create() {
  const stored = new Map<string, readonly string[]>();
  const counts = { reads: 0, writes: 0, written: 0 };
  const buffer = {
    readList: async (_: string, name: string) => {
      counts.reads += 1;
      return stored.get(name);
    },
    writeList: async (_: string, name: string, hashes: readonly string[]) => {
      expect(stored.has(name), 'a list never changes').toBe(false);
      stored.set(name, hashes);
      counts.writes += 1;
      counts.written += hashes.length;
    },
  };
  const process = () => new HashLists(buffer, DEFAULT_DECIDE_OPTIONS.largeTraces);
  return { stored, counts, process };
}

const hashes = (from: number, count: number) => Array.from({ length: count }, (_, index) => `h${from + index}`);

const record = (claims: readonly (readonly string[])[]): DecisionRecord => ({
  policy: 'errors',
  adjustedCount: 1,
  partition: 'dt=2026-11-21/hour=12',
  claims: claims.map((fragments, seq) => ({ key: `k${seq}`, fragments, claimedAtMs: 1, firstSeq: seq, lineCount: 1 })),
  version: 1,
});

describe('lists of hashes', () => {
  it('are few, and each hash is written a few times, however many come one after the other', async () => {
    const { stored, counts, process } = create();
    const lists = process();
    let names: readonly string[] = [];
    for (let at = 0; at < 10_000; at += 20) names = await lists.extend('t', names, hashes(at, 20), `n${at}`);
    expect(names.length).toBeLessThanOrEqual(10);
    expect(counts.written / 10_000).toBeLessThanOrEqual(10);
    expect(counts.reads, 'what this process has written').toBe(0);
    const has = await process().search('t', names);
    expect(counts.reads).toBe(names.length);
    expect(hashes(0, 10_000).every(has)).toBe(true);
    expect(has('h10000')).toBe(false);
    expect([...stored.values()].every((list) => new Set(list).size === list.length)).toBe(true);
  });

  it('have no more hashes than a buffer takes', async () => {
    const { stored, process } = create();
    const lists = process();
    let names: readonly string[] = [];
    for (let at = 0; at < 60_000; at += 7_000) names = await lists.extend('t', names, hashes(at, 7_000), `n${at}`);
    const sizes = [...stored.values()].map(({ length }) => length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_LISTED_HASHES);
    expect(hashes(0, 63_000).every(await process().search('t', names))).toBe(true);
  });

  it('are read once in a process, and again once too many were read since', async () => {
    const { counts, process } = create();
    const writer = process();
    for (let trace = 0; trace < 25; trace++) await writer.extend(`t${trace}`, [], hashes(0, 10_000), `n${trace}`);
    const reader = process();
    await reader.search('t0', ['n0']);
    await reader.search('t0', ['n0']);
    expect(counts.reads).toBe(1);
    for (let trace = 1; trace < 25; trace++) await reader.search(`t${trace}`, [`n${trace}`]);
    expect([reader.knows('t24'), reader.knows('t0')]).toEqual([true, false]);
    await reader.search('t0', ['n0']);
    expect(counts.reads).toBe(26);
  });

  it('that have expired have nothing', async () => {
    const { process } = create();
    const lists = process();
    expect((await lists.search('t', ['gone']))('h1')).toBe(false);
    expect(await lists.extend('t', ['gone'], ['h2'], 'n')).toEqual(['n']);
  });
});

describe('the fragments of a record', () => {
  it('stay in it while they are few', async () => {
    const { counts, process } = create();
    const few = record([hashes(0, 32), hashes(100, 3)]);
    expect(await process().moveOut('t', few, 'n')).toEqual(few);
    expect(counts.writes).toBe(0);
  });

  it('are found in their claims, in lists and out of them', async () => {
    const { process } = create();
    const moved = await process().moveOut('t', record([hashes(0, 40), hashes(100, 3), hashes(200, 33)]), 'n');
    expect(moved.claims.map(({ fragments, lists }) => [fragments.length, lists])).toEqual([
      [1, ['n.0']],
      [3, undefined],
      [1, ['n.2']],
    ]);
    expect(moved.claims[0]?.fragments, 'the earliest one stays').toEqual(['h0']);
    const positionOf = await process().positions('t', moved);
    expect(['h0', 'h39', 'h100', 'h102', 'h200', 'h232', 'h40'].map(positionOf)).toEqual([0, 0, 1, 1, 2, 2, -1]);
  });

  it('are added to the lists of their claim', async () => {
    const { process } = create();
    const lists = process();
    const first = await lists.moveOut('t', record([hashes(0, 100)]), 'n1');
    const [claim] = first.claims;
    if (claim === undefined) throw new Error('there is a claim');
    const folded = { ...claim, fragments: [...claim.fragments, ...hashes(100, 40)] };
    const second = await lists.moveOut('t', { ...first, claims: [folded] }, 'n2');
    expect(second.claims).toMatchObject([{ fragments: ['h0'], lists: ['n1.0', 'n2.0'] }]);
    const positionOf = await process().positions('t', second);
    expect(hashes(0, 141).filter((hash) => positionOf(hash) < 0)).toEqual(['h140']);
  });
});
