import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { archiveLines } from '../../../lib/archive/line.ts';
import { FilesystemObjectStore } from '../../../lib/aws/filesystem/object-store.ts';
import { readKeptTrace } from '../../../lib/cli/trace/kept-trace.ts';
import { waterfallRows } from '../../../lib/cli/trace/waterfall-rows.ts';
import type { Trace } from '../../../lib/otlp/trace/trace.ts';
import { buildTrace, EPOCH_MS, type SpanSpec, TRACE_ID } from '../../support/build-trace.ts';
import { newDataFolder } from '../query/support/archive-folder.ts';
import { ask } from '../query/support/ask.ts';

const id = (number: number) => number.toString(16).padStart(16, '0');
const span = (number: number, parent: number | undefined, startMs: number, rest: SpanSpec = {}): SpanSpec => ({
  spanId: id(number),
  ...(parent !== undefined && { parentSpanId: id(parent) }),
  name: `span ${number}`,
  startMs,
  endMs: startMs + 10,
  ...rest,
});

const TRACES: readonly (readonly [string, readonly SpanSpec[]])[] = [
  ['a tree', [span(1, undefined, 0), span(2, 1, 5), span(3, 1, 2), span(4, 3, 3), span(5, 2, 6, { status: 'ERROR' })]],
  [
    'several roots, and siblings that start at once',
    [span(4, undefined, 9), span(2, 1, 5), span(1, undefined, 0), span(3, 1, 5)],
  ],
  ['a parent that is missing', [span(1, undefined, 0), span(3, 2, 4), span(4, 3, 5)]],
  ['a span that is its own parent', [span(1, 1, 0), span(2, 1, 1)]],
  [
    'a client and a server with one ID',
    [span(1, undefined, 0), span(2, 1, 1, { kind: 3 }), span(2, 1, 2, { kind: 2 }), span(3, 2, 3)],
  ],
  ['a server whose parent is the client with its ID', [span(1, undefined, 0, { kind: 3 }), span(1, 1, 2, { kind: 2 })]],
  [
    'spans without times',
    [
      span(1, undefined, 0),
      span(2, 1, 5, { endTimeUnixNano: 0n }),
      span(3, 1, 0, { startTimeUnixNano: 0n, endTimeUnixNano: 0n }),
    ],
  ],
  [
    'a span that was sent before it ended, too',
    [span(1, undefined, 0, { endTimeUnixNano: 0n }), span(2, 1, 1), span(1, undefined, 0, { endMs: 50 })],
  ],
];

/** The trace as an object of the archive. */
function keptIn(trace: Trace, dataDir: string): string {
  const key = `traces/dt=2023-11-14/hour=22/traces_20231114T221400000Z-00000000000000aa.jsonl.gz`;
  const path = join(dataDir, 'archive', key);
  mkdirSync(dirname(path), { recursive: true });
  const columns = { policy: 'all', adjustedCount: 1, decidedAtMs: EPOCH_MS, firstSeq: 0 };
  writeFileSync(path, gzipSync(Buffer.concat(archiveLines(trace, columns))));
  return key;
}

describe.each(TRACES)('the waterfall of %s', (_, spans) => {
  it('is that of the query, from the buffer and from the archive', async () => {
    const trace = buildTrace([[{ resource: { 'service.name': 'shop' }, spans }]]);
    const dataDir = newDataFolder();
    const key = keptIn(trace, dataDir);
    const query = ['waterfall', '--trace-id', TRACE_ID, '--from', '2023-11-14', '--data', dataDir, '--json'];
    const { out } = await ask(query);
    const queried = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ self_ms, sampling_policy, ...row }) => row);
    expect(waterfallRows(trace)).toEqual(queried);
    const objects = [{ key, state: 'written' as const }];
    const kept = await readKeptTrace(TRACE_ID, { objects }, new FilesystemObjectStore(join(dataDir, 'archive')), {});
    expect(kept.trace && waterfallRows(kept.trace)).toEqual(queried);
    expect(kept.lineCount).toBe(1);
  });
});
