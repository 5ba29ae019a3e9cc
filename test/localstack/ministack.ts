import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';
import type { Engine } from './engine.ts';

const VERSION = '1.5.33';
/** With which it answers SQL. */
const DUCKDB = 'duckdb==1.5.5';
const STARTUP_TIMEOUT_MS = 60_000;

/**
 * MiniStack (MIT), a cloud in one Python process, from PyPI: it is installed once, in the user's cache folder. Functions run in
 * processes of this Node.js.
 */
export async function startMiniStack(): Promise<Engine | undefined> {
  if (spawnSync('python3', ['-m', 'pip', '--version']).status !== 0) return undefined;
  const packages = install();
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

/** The folder that its packages are in. */
function install(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folder = join(cache, 'tailgate-tests', `ministack-${VERSION}-${DUCKDB}`);
  if (existsSync(join(folder, 'ministack'))) return folder;
  console.log(`installing MiniStack ${VERSION}`);
  const args = ['-m', 'pip', 'install', '--quiet', '--target', folder, `ministack==${VERSION}`, DUCKDB];
  const { status, stderr } = spawnSync('python3', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`MiniStack cannot be installed:\n${stderr}`);
  return folder;
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
