import { AthenaClient } from '@aws-sdk/client-athena';
import type { S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GzipTraceArchive } from '../../../lib/archive/trace-archive.ts';
import { NODE_CODECS } from '../../../lib/aws/codecs.ts';
import { createS3Client, S3ObjectStore } from '../../../lib/aws/s3/object-store.ts';
import { AthenaService } from '../../support/athena-service.ts';
import { type Engine, engineClientOptions } from '../../support/engines/engine.ts';
import { provisionBucket } from '../../support/engines/provision.ts';
import { startQueueAndObjects } from '../../support/engines/queue-and-objects.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { startStacks } from '../../support/stacks.ts';
import { idOf, idsOf, linesOf, objectKey } from './support/kept-traces.ts';
import { interrupt, MovableClock, run } from './support/run.ts';

const OUTPUTS = { ArchiveBucket: 'archive', Database: 'tailgate_db', WorkGroup: 'tailgate' };

let engine: Engine;
let stacks: Awaited<ReturnType<typeof startStacks>>;
let athena: AthenaService;
let s3: S3Client;
let receiver: OtlpReceiver;

beforeAll(async () => {
  engine = await startQueueAndObjects();
  stacks = await startStacks({ Tailgate: OUTPUTS });
  athena = await AthenaService.start();
  const client = createS3Client(engineClientOptions(engine.url));
  await provisionBucket(client, 'archive');
  for (const tenant of [undefined, 'shop']) {
    const archive = new GzipTraceArchive({
      store: new S3ObjectStore({ client, bucket: 'archive', clock: new MovableClock() }),
      codecs: NODE_CODECS,
      tenant,
    });
    await archive.create(objectKey(0), [linesOf(idsOf(1, 6).map((traceId) => ({ traceId })))]);
  }
  client.destroy();
});
afterAll(() => Promise.all([engine.stop(), stacks.stop(), athena.stop()]));
beforeEach(async () => {
  athena.reset();
  s3 = createS3Client(engineClientOptions(engine.url));
  receiver = await startOtlpReceiver();
});
afterEach(() => receiver.stop());

function replay(stop = new AbortController(), ...options: string[]) {
  const argv = ['--endpoint', receiver.url, '--stack', 'Tailgate', '--from', '2026-11-21T07', ...options];
  const client = new AthenaClient(engineClientOptions(athena.url));
  return run(argv, { s3, cloudFormation: stacks.client, athena: client, stop });
}

function answerWith(ids: readonly string[]): void {
  athena.answer = () => ({
    states: ['QUEUED', 'RUNNING', 'SUCCEEDED'],
    columns: [{ name: 'trace_id', type: 'varchar' }],
    rows: [['trace_id'], ...ids.map((id) => [id])],
    scannedBytes: 12_000_000,
  });
}

describe('replay --stack --where', () => {
  it('sends the traces that Athena names, on however many pages, and says what asking has cost', async () => {
    athena.pageSize = 2;
    answerWith([idOf(2), idOf(3), idOf(5)]);
    const { code, complaints } = await replay(undefined, '--where', "status = 'ERROR' -- and nothing else");
    expect(code).toBe(0);
    expect(complaints).toEqual([expect.stringMatching(/^--where: scanned 12.* MB for \$0\.000060 /)]);
    expect(receiver.acceptedTraceIds()).toEqual([idOf(2), idOf(3), idOf(5)]);
  });

  it('asks for the hours of the window alone, of the tenant', async () => {
    answerWith([]);
    const options = ['--to', '2026-11-22T03', '--where', 'true'];
    await replay(undefined, ...options, '--tenant', 'shop');
    await replay(undefined, ...options);
    const hours =
      "dt >= '2026-11-21' AND (dt > '2026-11-21' OR hour >= 7) AND dt <= '2026-11-22' AND (dt < '2026-11-22' OR hour <= 2)";
    expect(athena.statements).toEqual([
      `SELECT trace_id FROM traces WHERE tenant = 'shop' AND ${hours} AND true AND (true\n)`,
      `SELECT trace_id FROM traces WHERE ${hours} AND true AND (true\n)`,
    ]);
  });

  it('says what is wrong with the condition, in the words of Athena, or before it is asked', async () => {
    athena.answer = () => ({
      states: ['FAILED'],
      reason: "COLUMN_NOT_FOUND: line 1:9: Column 'stat' cannot be resolved",
    });
    const failed = await replay(undefined, '--where', 'stat = 1');
    expect(failed).toMatchObject({
      code: 1,
      complaints: [expect.stringMatching(/^error: --where: .*COLUMN_NOT_FOUND/)],
    });
    const twice = await replay(undefined, '--where', 'true); DROP TABLE traces_otlp; --');
    expect(twice).toMatchObject({
      code: 1,
      complaints: [expect.stringContaining('expected one SQL statement, got 3')],
    });
    expect(athena.statements).toHaveLength(1);
    expect(receiver.acceptedTraceIds()).toEqual([]);
  });

  it('says when no trace matches', async () => {
    answerWith([]);
    const { code, complaints } = await replay(undefined, '--where', 'false');
    expect({ code, last: complaints.at(-1) }).toEqual({ code: 1, last: 'error: --where: no trace matches false' });
  });

  it('cancels the query when it is interrupted', async () => {
    athena.answer = () => ({ states: ['RUNNING'] });
    const stop = new AbortController();
    athena.onCall = (operation) => {
      if (operation === 'GetQueryExecution') interrupt(stop);
    };
    expect((await replay(stop, '--where', 'true')).code).toBe(130);
    athena.onCall = () => {};
    expect(athena.calls).toContain('StopQueryExecution');
    expect(receiver.acceptedTraceIds()).toEqual([]);
  });
});
