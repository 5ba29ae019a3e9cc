import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rootCertificates, setDefaultCACertificates } from 'node:tls';
import { freePort } from '../support/free-port.ts';
import { hasPip, pipPackages } from '../support/pip-packages.ts';
import type { Engine, Gap, Resource } from './engine.ts';

const VERSION = '1.5.33';
/** With which it answers SQL. */
const DUCKDB = 'duckdb==1.5.5';
const STARTUP_TIMEOUT_MS = 60_000;

const GAPS: readonly Gap[] = [
  {
    what: 'saved queries',
    adapt: (resource) => (resource.Type === 'AWS::Athena::NamedQuery' ? undefined : resource),
  },
  {
    what: 'alarms on a sum of metrics',
    adapt: (resource) =>
      resource.Type === 'AWS::CloudWatch::Alarm' && resource.Properties?.['Metrics'] ? undefined : resource,
  },
  {
    what: 'which path the right to list parameters is for: it asks for the right to all',
    adapt: (resource) =>
      withStatements(resource, (statement) =>
        statement.Action === 'ssm:GetParametersByPath' ? { ...statement, Resource: '*' } : statement,
      ),
  },
  {
    what: 'batches of messages by the rights to one: it asks for actions of their own, which AWS does not have',
    adapt: (resource) =>
      withStatements(resource, (statement) => {
        const actions = [statement.Action].flat();
        const batches = actions
          .filter((action) => /^sqs:(?:Send|Delete)Message$/.test(action))
          .map((action) => `${action}Batch`);
        return batches.length === 0 ? statement : { ...statement, Action: [...actions, ...batches] };
      }),
  },
];

export interface MiniStack extends Engine {
  readonly certificateFile: string;
  /** PEM file of the private key of its certificate. */
  readonly keyFile: string;
  readonly logFile: string;
  /** Its functions run in processes that this one has started. */
  readonly processId: number;
}

/**
 * MiniStack (MIT), a cloud in one Python process, from PyPI: it is installed once, in the user's cache folder. Functions run in
 * processes of this Node.js.
 */
export async function startMiniStack(): Promise<MiniStack | undefined> {
  if (!hasPip()) return undefined;
  const packages = pipPackages(`ministack==${VERSION}`, DUCKDB);
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-ministack-'));
  const port = await freePort();
  const logFile = join(folder, 'log.txt');
  const log = openSync(logFile, 'w');
  const certificateFile = join(folder, 'ministack-tls', 'server.crt');
  const child = spawn('python3', ['-m', 'ministack'], {
    cwd: folder,
    env: {
      ...process.env,
      // The runtime of the functions is the `node` that is found first.
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      PYTHONPATH: packages,
      TMPDIR: folder,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      LAMBDA_EXECUTOR: 'local',
      // Every request is checked against the policies of its role, of the bucket, the queue and the key.
      AUTH: 'true',
      // Without TLS those policies refuse it.
      USE_SSL: '1',
      IOT_MTLS_ENABLED: '0',
      NODE_EXTRA_CA_CERTS: certificateFile,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    stdio: ['ignore', log, log],
  });
  const endpoint = `https://127.0.0.1:${port}`;
  await untilHealthy(endpoint, certificateFile, child, logFile);
  return {
    name: `MiniStack ${VERSION}`,
    gaps: GAPS,
    answersSql: true,
    endpoint,
    certificateFile,
    keyFile: join(folder, 'ministack-tls', 'server.key'),
    logFile,
    processId: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill();
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** It does not tell when it is ready. */
async function untilHealthy(
  endpoint: string,
  certificateFile: string,
  child: ChildProcess,
  logFile: string,
): Promise<void> {
  const deadline = Date.now() + STARTUP_TIMEOUT_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    try {
      setDefaultCACertificates([...rootCertificates, readFileSync(certificateFile, 'utf8')]);
      if ((await fetch(`${endpoint}/_localstack/health`)).ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(200);
  }
  child.kill();
  throw new Error(`MiniStack does not start:\n${readFileSync(logFile, 'utf8')}`);
}

/** The role, with other statements in its own policies. */
function withStatements(role: Resource, change: (statement: Statement) => Statement): Resource {
  const policies = role.Properties?.['Policies'] as readonly InlinePolicy[] | undefined;
  const statements = policies?.flatMap(({ PolicyDocument }) => PolicyDocument.Statement) ?? [];
  if (role.Type !== 'AWS::IAM::Role' || statements.every((statement) => change(statement) === statement)) return role;
  const Policies = policies?.map(({ PolicyDocument, ...policy }) => ({
    ...policy,
    PolicyDocument: { ...PolicyDocument, Statement: PolicyDocument.Statement.map(change) },
  }));
  return { ...role, Properties: { ...role.Properties, Policies } };
}

interface InlinePolicy {
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
}
