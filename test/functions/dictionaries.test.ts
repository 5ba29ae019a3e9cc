import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { corpusOf } from '../../bench/corpora.ts';
import { wireDecide } from '../../functions/decide/handler.ts';
import { wireIngest } from '../../functions/ingest/handler.ts';
import { authorizeAll } from '../../functions/ingest/keys.ts';
import { fixedConfig } from '../../functions/shared/live-config.ts';
import { createServices } from '../../functions/shared/services.ts';
import { createDynamoDbClient } from '../../lib/aws/clients.ts';
import { DictionaryTrainer, SamplingTurn } from '../../lib/aws/dynamodb/dictionary-trainer.ts';
import { SignedTableCalls } from '../../lib/aws/dynamodb/table-calls.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import { engineClientOptions } from '../support/engines/engine.ts';
import { exportRequest } from '../support/export-request.ts';
import { injectFaults, loseRequest } from '../support/faults.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { type Deployed, deploy, type EngineAddresses, type Handlers } from './support/deployed.ts';
import { httpEvent } from './support/http-event.ts';

const parsed = parseSamplingConfig('{ decision_wait: 0s, policies: [{ name: all, type: always_sample }] }');
if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
const config = fixedConfig(parsed.config);
const log = new RecordingLog();

let tailgate: Deployed;
/** Handlers in use; a test replaces them like a deployment does. */
let ingest: Handlers['ingest'];
let decide: Handlers['decide'];
/** Time as the trainer has it. */
const clock = new ManualClock();

beforeAll(async () => {
  tailgate = await deploy(async (_: EngineAddresses) => ({
    ingest: (event) => ingest(event),
    decide: (event, context) => decide(event, context),
  }));
});
afterAll(() => tailgate.stop());

/** A trainer that counts what decide shows it. */
class CountingTrainer extends DictionaryTrainer {
  observed = 0;

  override observe(payload: Uint8Array): void {
    this.observed += 1;
    super.observe(payload);
  }
}
let trainer: CountingTrainer;

/** A new instance of the functions. */
function startInstance(dictionaries: 'trained' | 'none', dynamoDb = tailgate.parts.dynamoDb) {
  const turn = new SamplingTurn();
  const services = createServices(
    { ...tailgate.parts, dynamoDb },
    tailgate.names,
    dictionaries === 'trained'
      ? {
          log,
          createTrainer: (deps) => {
            trainer = new CountingTrainer({ ...deps, clock, turn, random: () => 0.5 });
            return trainer;
          },
        }
      : undefined,
  );
  ingest = wireIngest({ services, config, authorize: authorizeAll, log });
  decide = wireDecide({ services, config, log });
}

/** How many stored payloads begin with each byte. */
async function codecs(): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  const client = createDynamoDbClient(engineClientOptions(tailgate.dynamoUrl));
  let ExclusiveStartKey: Record<string, never> | undefined;
  do {
    const scan = new ScanCommand({ TableName: tailgate.names.tableName, ExclusiveStartKey });
    const page = await client.send(scan);
    for (const { p } of page.Items ?? []) if (p?.B?.[0] !== undefined) counts[p.B[0]] = (counts[p.B[0]] ?? 0) + 1;
    ExclusiveStartKey = page.LastEvaluatedKey as Record<string, never> | undefined;
  } while (ExclusiveStartKey !== undefined);
  client.destroy();
  return counts;
}

async function keptSpans(): Promise<number> {
  const lines = (await tailgate.archive()).flatMap((object) => object.lines);
  const scopes = lines.flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans));
  return scopes.reduce((sum, { spans }) => sum + spans.length, 0);
}

describe('a deployment that trains dictionaries', () => {
  it('writes with one as soon as there is one, and reads it everywhere', async () => {
    startInstance('trained');
    const [first, second, last] = corpusOf('pod', 12 * 512);
    if (first === undefined || second === undefined || last === undefined) throw new Error('no corpus');
    const batch = async (request: Uint8Array) => {
      expect(await tailgate.send(request)).toBe(200);
      await tailgate.decideNext();
    };
    // The first batch finds that there is no dictionary, the second one draws samples, the third one trains.
    await batch(exportRequest([{ trace: 'a', span: '1' }]));
    await batch(first.protobuf);
    expect(trainer.observed).toBe(1 + regroup(first.protobuf).fragments.length);
    for (const { payload } of [...regroup(second.protobuf).fragments, ...regroup(second.protobuf).fragments]) {
      trainer.observe(payload);
    }
    expect(await codecs()).not.toHaveProperty('2');
    clock.advance(3_600_000);
    await batch(exportRequest([{ trace: 'b', span: '1' }]));
    const trainings = log.entries.filter(({ message }) => message === 'dictionary training');
    expect(trainings.map(({ fields }) => fields['outcome'])).toEqual(['published']);

    startInstance('trained');
    const before = await codecs();
    expect(await tailgate.send(last.protobuf)).toBe(200);
    const after = await codecs();
    expect(after['1']).toBe(before['1']);
    expect(after['2']).toBeGreaterThan(50);

    // Switched off, everything is still read.
    startInstance('none');
    const spansBefore = await keptSpans();
    await tailgate.decideNext();
    expect((await keptSpans()) - spansBefore).toBe(last.spanCount);
  });

  it('takes spans all the same where no dictionary can be read', async () => {
    const dynamoDb = new SignedTableCalls(engineClientOptions(tailgate.dynamoUrl));
    injectFaults(dynamoDb, 'Query', [loseRequest], { forever: true });
    log.entries.length = 0;
    startInstance('trained', dynamoDb);
    const [request] = corpusOf('pod', 1, 7);
    const answer = await ingest(
      httpEvent({
        body: request?.protobuf ?? new Uint8Array(0),
        headers: { 'content-type': 'application/x-protobuf' },
      }),
    );
    expect(answer.statusCode).toBe(200);
    expect(log.entries).toContainEqual({
      message: 'dictionary cannot be read',
      fields: { used: 'built in', error: expect.any(Error) },
    });
    dynamoDb.destroy();
  });
});
