import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GlueCompactionCatalog } from '../../../lib/aws/glue/compaction-catalog.ts';
import { createS3Client, S3ObjectStore } from '../../../lib/aws/s3/object-store.ts';
import { compact as command } from '../../../lib/cli/commands/compact.ts';
import { type CompactInput, runCompact } from '../../../lib/cli/compact/run-compact.ts';
import type { StackCompactionDeps } from '../../../lib/cli/compact/targets.ts';
import { InterruptedError } from '../../../lib/terminal/errors.ts';
import { type Engine, engineClientOptions } from '../../support/engines/engine.ts';
import { provisionBucket } from '../../support/engines/provision.ts';
import { startQueueAndObjects } from '../../support/engines/queue-and-objects.ts';
import { GlueDatabase } from '../../support/glue-database.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { RecordingTerminal } from '../../support/recording-terminal.ts';
import { runWith } from '../../support/run-command.ts';
import { startStacks } from '../../support/stacks.ts';
import { line, newDataFolder, oneSpan, writeObject } from '../query/support/archive-folder.ts';

const HOUR = 3_600_000;
let engine: Engine;
let stacks: Awaited<ReturnType<typeof startStacks>>;
let glue: GlueDatabase;
let clock: ManualClock;

beforeAll(async () => {
  engine = await startQueueAndObjects();
  await provisionBucket(createS3Client(engineClientOptions(engine.url)), 'archive');
  stacks = await startStacks({ Tailgate: { ArchiveBucket: 'archive', Database: 'tailgate' } });
});
afterAll(() => Promise.all([engine.stop(), stacks.stop()]));
beforeEach(async () => {
  clock = new ManualClock(Date.parse('2026-09-15T12:10:00Z'));
  glue = await GlueDatabase.start();
  return () => glue.stop();
});

async function compact(argv: readonly string[], isInterrupted = false) {
  const terminal = new RecordingTerminal();
  if (isInterrupted) terminal.controller.abort(new InterruptedError());
  const deps: StackCompactionDeps = {
    s3: createS3Client(engineClientOptions(engine.url)),
    cloudFormation: stacks.client,
    catalogOf: (databaseName) =>
      new GlueCompactionCatalog({
        databaseName,
        region: 'eu-west-1',
        endpoint: glue.url,
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        clock,
      }),
    clock,
  };
  const ran = await runWith<CompactInput>(command, argv, (input, screen) => runCompact(input, screen, deps), terminal);
  return { code: ran.code, out: ran.lines, complaints: ran.complaints };
}

const key = (hour: string, id: string) =>
  `dt=2026-09-15/hour=${hour}/traces_20260915T0713000${id}Z-00000000000000${id}.jsonl.gz`;
const lines = [line(oneSpan({ name: 'a' })), line(oneSpan({ name: 'b' }))];

function dataFolder(): string {
  const dataDir = newDataFolder();
  writeObject(dataDir, key('07', '01'), lines);
  writeObject(dataDir, key('08', '02'), lines);
  writeObject(dataDir, key('12', '03'), lines);
  return dataDir;
}

const HINT = 'hint: an hour can be compacted from an hour after its end on: 2026-09-15T12 from 2026-09-15T14:00Z on';

const partsOf = (dataDir: string) =>
  readdirSync(join(dataDir, 'archive'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.parquet'))
    .sort();

describe('compact --data', () => {
  it('compacts the hours that have settled, says what it did, and has nothing to do the second time', async () => {
    const dataDir = dataFolder();
    const { code, out, complaints } = await compact(['--data', dataDir]);
    expect(code).toBe(0);
    expect(out[0]).toBe('compacted: 2 hours, 2 objects, 4 spans');
    expect(out[1]).toMatch(/^bytes: [\d.]+ KiB of lines, [\d.]+ KiB of Parquet \(\d+ %\)$/);
    expect(complaints.map((text) => text.replaceAll(/[\d.]+ KiB/g, 'x'))).toEqual([
      '2026-09-15T07: 1 object, 2 spans, x to x in 1 part',
      '2026-09-15T08: 1 object, 2 spans, x to x in 1 part',
    ]);
    expect(partsOf(dataDir)).toEqual([
      'spans/dt=2026-09-15/hour=07/part-0.parquet',
      'spans/dt=2026-09-15/hour=08/part-0.parquet',
    ]);
    expect(await compact(['--data', dataDir])).toMatchObject({
      code: 0,
      out: ['compacted: 0 hours, 0 objects, 0 spans'],
      complaints: [HINT],
    });
  });

  it('says on the first day why there is nothing to compact yet, and when there will be', async () => {
    const dataDir = newDataFolder();
    expect((await compact(['--data', dataDir])).complaints).toEqual([]);
    writeObject(dataDir, key('12', '03'), lines);
    expect((await compact(['--data', dataDir])).complaints).toEqual([HINT]);
    expect(await compact(['--data', dataDir, '--dry-run'])).toMatchObject({
      out: ['would compact: 0 hours, 0 objects, 0.0 KiB of lines'],
      complaints: [HINT],
    });
  });

  it('only looks with --dry-run, and only at the window', async () => {
    const dataDir = dataFolder();
    expect((await compact(['--data', dataDir, '--dry-run'])).out).toEqual([
      expect.stringMatching(/^would compact: 2 hours, 2 objects, [\d.]+ KiB of lines$/),
    ]);
    expect(partsOf(dataDir)).toEqual([]);
    await compact(['--data', dataDir, '--from', '-4h', '--to', '2026-09-15T10']);
    expect(partsOf(dataDir)).toEqual(['spans/dt=2026-09-15/hour=08/part-0.parquet']);
  });

  it('names what it cannot take over, and goes on', async () => {
    const dataDir = dataFolder();
    writeObject(dataDir, key('07', '04'), ['{"resourceSpans":7}']);
    const { code, out } = await compact(['--data', dataDir]);
    expect(code).toBe(1);
    expect(out.slice(0, 1)).toEqual(['compacted: 2 hours, 2 objects, 4 spans']);
    expect(out.slice(2)).toEqual([
      'left as they are, and still read: 1 object',
      `  traces/${key('07', '04')}: line 1: resourceSpans: expected a list, got 7`,
    ]);
  });

  it('stops when it is interrupted', async () => {
    expect(await compact(['--data', dataFolder()], true)).toMatchObject({ code: 130 });
  });

  it.each([
    [['--data', '/nowhere'], 1, /^error: no data folder at \/nowhere/],
    [['--from', 'yesterday'], 2, /^error: --from is "yesterday": expected 2026-11-21/],
    [['--from', '2026-09-15T10', '--to', '2026-09-15T09'], 2, /^error: --from must be before --to/],
    [['--stack', 'x', '--data', 'y'], 2, /^error: expected one of --stack, --data, got --stack and --data/],
    [['--stack', 'x', '--to', '-1h'], 2, /^error: --to is not for a stack/],
    [['--all'], 2, /^error: unknown option --all/],
  ])('%j is an error', async (argv, expected, message) => {
    const { code, complaints } = await compact(argv);
    expect(code).toBe(expected);
    expect(complaints[0]).toMatch(message);
  });
});

describe('compact --stack', () => {
  it('makes one run after the other: closes hours, and then reads them from Parquet', async () => {
    const client = createS3Client(engineClientOptions(engine.url));
    const objects = new S3ObjectStore({ client, bucket: 'archive', clock });
    await objects.createOnly(
      `traces/${key('07', '01')}`,
      gzipSync(lines.map((one) => `${JSON.stringify(one)}\n`).join('')),
    );
    expect((await compact(['--stack', 'Tailgate', '--from', '2026-09-15T06', '--dry-run'])).out).toEqual([
      expect.stringMatching(/^would compact: 1 hour, 1 object,/),
    ]);
    expect(await compact(['--stack', 'Tailgate', '--from', '2026-09-15T06'])).toMatchObject({
      code: 0,
      out: [
        'read from Parquet: nothing yet',
        'next: up to before 2026-09-15T11, in a run that begins a quarter of an hour after 2026-09-15T12:43Z',
        'compacted: 0 hours, 0 objects, 0 spans',
      ],
    });
    clock.advance(HOUR);
    const { code, out } = await compact(['--stack', 'Tailgate']);
    expect(code).toBe(0);
    expect(out[0]).toBe('read from Parquet: 2026-09-15T06 up to before 2026-09-15T11');
    expect(out[2]).toBe('compacted: 1 hour, 1 object, 2 spans');
    expect((await objects.listFolder('spans/dt=2026-09-15/hour=07/')).objects.map(({ key }) => key)).toEqual([
      'spans/dt=2026-09-15/hour=07/part-0.parquet',
    ]);
    const again = await compact(['--stack', 'Tailgate', '--from', '2026-09-01']);
    expect(again).toMatchObject({
      code: 1,
      complaints: [expect.stringContaining('is compacted from 2026-09-15T06 on')],
    });
  });

  it('says so when the stack has no compaction, or is none', async () => {
    glue.drop('compacted_hours');
    expect((await compact(['--stack', 'Tailgate'])).complaints).toEqual([
      expect.stringContaining('stack Tailgate is deployed without compaction'),
    ]);
    expect((await compact(['--stack', 'Other'])).complaints).toEqual([
      expect.stringContaining('there is no stack Other'),
    ]);
  });
});
