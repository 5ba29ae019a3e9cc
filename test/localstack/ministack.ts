import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';
import { hasPip, pipPackages } from '../support/pip-packages.ts';
import type { Engine } from './engine.ts';

const VERSION = '1.5.33';
const STARTUP_TIMEOUT_MS = 60_000;

/**
 * MiniStack (MIT), a cloud in one Python process, from PyPI: it is installed once, in the user's cache folder. Functions run in
 * processes of this Node.js.
 */
export async function startMiniStack(): Promise<Engine | undefined> {
  if (!hasPip()) return undefined;
  const packages = pipPackages(`ministack==${VERSION}`);
  const folder = mkdtempSync(join(tmpdir(), 'tailgate-ministack-'));
  const port = await freePort();
  const logFile = join(folder, 'log.txt');
  const log = openSync(logFile, 'w');
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
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    stdio: ['ignore', log, log],
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await untilHealthy(endpoint, child, logFile);
  return {
    name: `MiniStack ${VERSION}`,
    unknownPart({ Type, Properties }) {
      if (Type === 'AWS::Athena::NamedQuery') return 'saved queries';
      return Type === 'AWS::CloudWatch::Alarm' && Properties?.['Metrics'] ? 'alarms on a sum of metrics' : undefined;
    },
    endpoint,
    async [Symbol.asyncDispose]() {
      child.kill();
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** It does not tell when it is ready. */
async function untilHealthy(endpoint: string, child: ChildProcess, logFile: string): Promise<void> {
  const deadline = Date.now() + STARTUP_TIMEOUT_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    try {
      if ((await fetch(`${endpoint}/_localstack/health`)).ok) return;
    } catch {
      // Not listening yet.
    }
    await sleep(200);
  }
  child.kill();
  throw new Error(`MiniStack does not start:\n${readFileSync(logFile, 'utf8')}`);
}
