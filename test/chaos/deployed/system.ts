import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQSClient } from '@aws-sdk/client-sqs';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { VARIABLES } from '../../../lib/aws/function-contract.ts';
import { createRandom } from '../../../lib/traffic/random.ts';
import { run } from '../../localstack/command.ts';
import { deploy, STACK } from '../../localstack/deployment.ts';
import { type MiniStack, startMiniStack } from '../../localstack/ministack.ts';
import { readLines } from '../../soak/archived.ts';
import { readIndependently } from '../compare.ts';
import { CONFIG, seedFor } from '../plan.ts';
import { FAIR, FaultyProxy } from '../proxy.ts';
import { listCounts, type System, unlessNone } from '../system.ts';
import { downloadArchive } from './download-archive.ts';
import { type DeployedTarget, faultsOf } from './faults.ts';
import { readFunctionLog } from './function-log.ts';
import { FunctionProcesses } from './function-processes.ts';
import { Functions } from './functions.ts';
import { Queues } from './queues.ts';
import { SERVICE_FAIR, ServiceProxy } from './service-proxy.ts';
import { type Settled, settle } from './settle.ts';

const ACCOUNT = '000000000000';
/** A paused decide function must outlive the age at which its claims count as abandoned; on AWS its timeout ends it before. */
const DECIDE_TIMEOUT_SECONDS = 300;
/** Each keeps an instance of ingest busy. */
const EXPORTERS = 3;
/** The engine is one Python process: more would wait for it, and time out. Zombies take of them. */
const DECIDE_AT_ONCE = 5;
/** Exporters wait as long as the function may take: it may have to start, on a machine that has other work. */
const EXPORT_TIMEOUT_MS = 20_000;
const LOOK_MS = 2_000;

export interface DeployedSystemOptions {
  readonly seed: number;
  /** Whether the downloaded archive and the log of the engine stay. */
  readonly keep: boolean;
}

/**
 * The stack, deployed by the CDK to a cloud on this machine whose functions are processes.
 * @returns undefined when there is no such cloud, which has been said
 */
export async function deploySystem(
  { seed, keep }: DeployedSystemOptions,
  cleanUp: AsyncDisposableStack,
): Promise<System | undefined> {
  const engine = await startOrSay();
  if (engine === undefined) return undefined;
  cleanUp.use(engine);
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-chaos-archive-'));
  cleanUp.defer(() => {
    if (keep) console.log(`kept ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  });
  console.log(`deploying to ${engine.name}`);
  const { ingestUrl, key, outputs } = await deploy(engine, ACCOUNT, CONFIG);

  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const settings = { endpoint: engine.endpoint, region: 'us-east-1', credentials };
  const certificate = readFileSync(engine.certificateFile, 'utf8');
  const port = Number(new URL(engine.endpoint).port);
  const services = new ServiceProxy(createRandom(seedFor(seed, 'services')), {
    port,
    certificate,
    key: readFileSync(engine.keyFile, 'utf8'),
  });
  const servicesUrl = `https://127.0.0.1:${await services.listen()}`;
  cleanUp.defer(() => services.close());
  const functions = await Functions.find(settings);
  cleanUp.defer(() => functions.destroy());
  const environment = await functions.callThrough(servicesUrl, engine.endpoint, { decide: DECIDE_TIMEOUT_SECONDS });
  await functions.decideAtOnce(DECIDE_AT_ONCE);

  const sqs = new SQSClient(settings);
  cleanUp.defer(() => sqs.destroy());
  const ssm = new SSMClient(settings);
  cleanUp.defer(() => ssm.destroy());
  const queues = new Queues(sqs, {
    wakeUps: outputs['WakeUpQueueUrl'] ?? '',
    deadLetters: outputs['DeadLetterQueueUrl'] ?? '',
  });
  await queues.deliver();
  const looking = setInterval(() => void queues.look().catch(() => undefined), LOOK_MS);
  cleanUp.defer(() => clearInterval(looking));

  const proxy = new FaultyProxy(createRandom(seedFor(seed, 'network')), certificate);
  proxy.target = port;
  const exportersUrl = await proxy.listen();
  cleanUp.defer(() => proxy.close());
  const processes = new FunctionProcesses(engine.processId);
  // Those that stand still would outlive the engine.
  cleanUp.defer(() => processes.killAll());
  const target: DeployedTarget = {
    exporters: proxy,
    services,
    processes,
    queues,
    background: new Set(),
    met: new Map(),
    async putPolicies(Value) {
      const Name = environment[VARIABLES.configParameter];
      await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
    },
  };
  const download = async () => {
    await downloadArchive(settings, outputs['ArchiveBucket'] ?? '', folder);
    return folder;
  };
  const redrive = () => run(process.execPath, ['bin/tailgate.mjs', 'redrive', '--stack', STACK], engine);
  let settled: Settled = { notes: [], violations: [] };
  return {
    url: exportersUrl + new URL(ingestUrl).pathname,
    headers: { 'x-api-key': key },
    exporters: EXPORTERS,
    timeoutMs: EXPORT_TIMEOUT_MS,
    proxy,
    faults: faultsOf(target),
    gauges: () => ({
      waiting: queues.waiting,
      processes: processes.list().length,
      paused: processes.pausedNow,
      'RSS MB': Math.round(processes.mostMemoryBytes() / 1e6),
    }),
    async calm() {
      proxy.weather = FAIR;
      services.weather = SERVICE_FAIR;
      await queues.deliver();
      await target.putPolicies(CONFIG);
      await processes.allGoOn();
      await Promise.all(target.background);
    },
    async settle(ledger) {
      settled = await settle(ledger, { queues, download, redrive });
    },
    async readers() {
      await download();
      return { 'own reader': readLines(folder), 'independent reader': readIndependently(folder) };
    },
    summary: () => [
      `calls of services: ${listCounts([...services.callsByOperation].sort())}`,
      `of them: ${listCounts(Object.entries(services.counts))}`,
      `function processes: ${listCounts(Object.entries(processes.counts))}`,
      `faults met: ${listCounts([...target.met].sort())}`,
      ...settled.notes,
      ...readFunctionLog(engine.logFile),
    ],
    violations: () => [
      ...settled.violations,
      ...unlessNone('answers of 503 without Retry-After', proxy.withoutRetryAfter),
    ],
  };
}

async function startOrSay(): Promise<MiniStack | undefined> {
  try {
    const engine = await startMiniStack();
    if (engine === undefined) console.log('SKIPPED: the deployed stack: there is no Python with pip for MiniStack');
    return engine;
  } catch (error) {
    // Without a network, and without MiniStack from an earlier run.
    if (!(error instanceof Error && error.message.includes('cannot be installed'))) throw error;
    console.log(`SKIPPED: the deployed stack: ${error.message}`);
    return undefined;
  }
}
