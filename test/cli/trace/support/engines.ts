import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll } from 'vitest';
import { explainStack } from '../../../../functions/read/explain-stack.ts';
import { createExplain } from '../../../../functions/read/explanation.ts';
import { fixedConfig } from '../../../../functions/shared/live-config.ts';
import { LOCAL_ARCHIVE } from '../../../../lib/archive/layout.ts';
import { GzipTraceArchive } from '../../../../lib/archive/trace-archive.ts';
import { createDynamoDbClient, createSqsClient } from '../../../../lib/aws/clients.ts';
import { NODE_CODECS } from '../../../../lib/aws/codecs.ts';
import { DynamoDbKeyTables } from '../../../../lib/aws/dynamodb/key-tables.ts';
import { DynamoDbLimitStore } from '../../../../lib/aws/dynamodb/limit-store.ts';
import { sdkTableCalls } from '../../../../lib/aws/dynamodb/sdk-table-calls.ts';
import { DynamoDbSpanBuffer } from '../../../../lib/aws/dynamodb/span-buffer.ts';
import { FilesystemObjectStore } from '../../../../lib/aws/filesystem/object-store.ts';
import { createS3Client, S3ObjectStore } from '../../../../lib/aws/s3/object-store.ts';
import { sdkQueueCalls } from '../../../../lib/aws/sqs/queue-calls.ts';
import { decodeWakeUp } from '../../../../lib/aws/sqs/wake-up-message.ts';
import { SqsWakeUpQueue } from '../../../../lib/aws/sqs/wake-up-queue.ts';
import { sdkParameterReads } from '../../../../lib/aws/ssm/parameter-reads.ts';
import { bufferIn } from '../../../../lib/local/data-folder.ts';
import { explainPortsIn } from '../../../../lib/local/local-services.ts';
import { openStore } from '../../../../lib/sqlite/store.ts';
import { type Engine, engineClientOptions } from '../../../support/engines/engine.ts';
import { provisionBucket, provisionQueues, provisionTable } from '../../../support/engines/provision.ts';
import { startQueueAndObjects } from '../../../support/engines/queue-and-objects.ts';
import { startTestDynamo } from '../../../support/engines.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { ParameterStore } from '../../../support/parameter-store.ts';
import { configFrom } from '../../../support/sampling-config.ts';
import { silentLog } from '../../../support/silent-log.ts';
import { startStacks } from '../../../support/stacks.ts';
import { AskedPipeline } from './asked-pipeline.ts';

export interface PipelineEngine {
  readonly name: string;
  /** A pipeline with nothing in it. @param tenant on a stack with tenants */
  create(policies: string, tenant?: string): Promise<AskedPipeline>;
}

/** Pipelines in data folders, which the command opens as another process does. */
export function useDataFolders(): PipelineEngine {
  const parent = mkdtempSync(join(tmpdir(), 'tailgate-trace-'));
  const stores: { close(): Promise<void> }[] = [];
  afterAll(async () => {
    for (const store of stores) await store.close();
    rmSync(parent, { recursive: true });
  });
  return {
    name: 'a data folder',
    async create(policies) {
      const clock = new ManualClock();
      const data = join(parent, String(stores.length));
      mkdirSync(data);
      writeFileSync(join(data, 'policies.yaml'), policies);
      writeFileSync(join(data, 'buffer.db'), '');
      const store = openStore({ path: bufferIn(data), clock });
      stores.push(store);
      const objects = new FilesystemObjectStore(join(data, LOCAL_ARCHIVE));
      const archive = new GzipTraceArchive({ store: objects, codecs: NODE_CODECS });
      const clients = () => {
        throw new Error('a data folder needs no account');
      };
      const services = { ...store.services(), archive };
      const takeQueued = async () => {
        const received = await store.messages.receive();
        await store.messages.acknowledge(received.map(({ messageId }) => messageId));
        return received.map(({ wakeUp }) => wakeUp);
      };
      const argv = ['--data', data];
      const explain = createExplain(() => explainPortsIn(store, objects), fixedConfig(configFrom(policies)));
      return new AskedPipeline({ services, clock, policies, argv, deps: { clock, clients }, explain, takeQueued });
    },
  };
}

/** Pipelines as stacks, on engines that speak the protocols of AWS. */
export function useStacks(): PipelineEngine {
  let dynamo: Engine;
  let others: Engine;
  let parameters: ParameterStore;
  let count = 0;
  const stops: (() => unknown)[] = [];
  beforeAll(async () => {
    [dynamo, others, parameters] = await Promise.all([
      startTestDynamo(),
      startQueueAndObjects(),
      ParameterStore.start(),
    ]);
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
    await Promise.all([dynamo.stop(), others.stop(), parameters.stop()]);
  });
  return {
    name: 'a stack',
    async create(policies, tenant) {
      count += 1;
      const clock = new ManualClock();
      const name = `pipeline-${count}`;
      const dynamoDb = createDynamoDbClient(engineClientOptions(dynamo.url));
      const sqs = createSqsClient({ ...engineClientOptions(others.url), requestTimeoutMs: 30_000 });
      const s3 = createS3Client(engineClientOptions(others.url));
      const [queues] = await Promise.all([
        provisionQueues(sqs, name),
        provisionTable(dynamoDb, name),
        provisionBucket(s3, name),
      ]);
      parameters.set(`/${name}`, policies);
      const stacks = await startStacks({
        Tailgate: {
          PoliciesParameter: `/${name}`,
          WakeUpQueueUrl: queues.queueUrl,
          DeadLetterQueueUrl: queues.deadLetterQueueUrl,
          BufferTable: name,
          ArchiveBucket: name,
          Tenants: String(tenant !== undefined),
        },
      });
      stops.push(() => stacks.stop());
      const ssm = parameters.client();
      const clients = () => ({ cloudFormation: stacks.client, dynamoDb, sqs, s3, ssm });
      const table = { client: sdkTableCalls(dynamoDb), tableName: name, clock, tenant };
      const objects = new S3ObjectStore({ client: s3, bucket: name, clock });
      const services = {
        clock,
        buffer: new DynamoDbSpanBuffer({ ...table, spillStore: objects }),
        limits: new DynamoDbLimitStore(table),
        keyTables: new DynamoDbKeyTables(table),
        archive: new GzipTraceArchive({ store: objects, codecs: NODE_CODECS, tenant }),
        wakeUps: new SqsWakeUpQueue({ client: sdkQueueCalls(sqs), ...queues, clock, tenant }),
      };
      const argv = ['--stack', 'Tailgate', ...(tenant === undefined ? [] : ['--tenant', tenant])];
      const takeQueued = async () => {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl: queues.queueUrl, MaxNumberOfMessages: 10 }),
        );
        return Messages.map(({ Body = '' }) => decodeWakeUp(Body));
      };
      const explain = explainStack({
        client: table.client,
        tableName: name,
        store: objects,
        reads: sdkParameterReads(ssm),
        policiesName: `/${name}`,
        clock,
        log: silentLog,
      });
      return new AskedPipeline({ services, clock, policies, argv, deps: { clock, clients }, explain, takeQueued });
    },
  };
}
