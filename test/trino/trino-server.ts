import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';

export interface TrinoServer {
  readonly url: string;
  stop(): Promise<void>;
}

export interface TrinoOptions {
  readonly java: string;
  readonly installation: string;
  /** Holds the configuration and the log. */
  readonly workDir: string;
  /** What Trino sees as `local:///`. */
  readonly filesDir: string;
  /** The file metastore, below `filesDir`. */
  readonly metastore: string;
}

const START_TIMEOUT_MS = 240_000;

/** Starts a Trino of one node, with the catalogue that Athena calls `awsdatacatalog` on a file metastore. */
export async function startTrino(options: TrinoOptions): Promise<TrinoServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { config, catalogDir } = writeConfiguration(options, url, port);
  mkdirSync(catalogDir, { recursive: true });
  const logFile = join(options.workDir, 'trino.log');
  const log = openSync(logFile, 'w');
  const child = spawn(options.java, [...javaOptions(options), `-Dconfig=${config}`, 'io.trino.server.TrinoServer'], {
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  // Also when this process ends without stopping it.
  process.once('exit', () => child.kill('SIGKILL'));
  try {
    await ready(child, url, logFile);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return { url, stop: () => stop(child) };
}

function writeConfiguration(options: TrinoOptions, url: string, port: number) {
  const catalogDir = join(options.workDir, 'catalog');
  mkdirSync(catalogDir, { recursive: true });
  const config = join(options.workDir, 'config.properties');
  writeProperties(config, {
    coordinator: 'true',
    'node-scheduler.include-coordinator': 'true',
    'http-server.http.port': String(port),
    'discovery.uri': url,
    'query.max-memory-per-node': '500MB',
    'memory.heap-headroom-per-node': '200MB',
    'plugin.dir': join(options.installation, 'plugin'),
    'catalog.config-dir': catalogDir,
  });
  writeProperties(join(catalogDir, 'awsdatacatalog.properties'), {
    'connector.name': 'hive',
    'hive.metastore': 'file',
    'hive.metastore.catalog.dir': `local:///${options.metastore}`,
    'fs.native-local.enabled': 'true',
    'local.location': options.filesDir,
    'hive.partition-projection-enabled': 'true',
    // As Athena does: an hour without traces has no folder.
    'hive.ignore-absent-partitions': 'true',
  });
  return { config, catalogDir };
}

function javaOptions({ installation, workDir }: TrinoOptions): string[] {
  return [
    '-Xmx1200M',
    '-XX:+UseSerialGC',
    // Queries of a second or two are not worth the second compiler.
    '-XX:TieredStopAtLevel=1',
    '-XX:+ExitOnOutOfMemoryError',
    '-Djdk.attach.allowAttachSelf=true',
    '--enable-native-access=ALL-UNNAMED',
    '--sun-misc-unsafe-memory-access=allow',
    '-Dfile.encoding=UTF-8',
    '-Duser.timezone=UTC',
    '-Dnode.environment=test',
    '-Dnode.bind-ip=127.0.0.1',
    '-Dnode.internal-address=127.0.0.1',
    `-Dnode.data-dir=${join(workDir, 'data')}`,
    '-cp',
    join(installation, 'lib', '*'),
  ];
}

async function ready(child: ChildProcess, url: string, logFile: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    const info = await fetch(`${url}/v1/info`)
      .then((answer) => answer.json() as Promise<{ starting?: boolean }>)
      // Not listening yet, or what listens is another program that had the port before.
      .catch(() => undefined);
    if (info?.starting === false) return;
    await delay(200);
  }
  const tail = readFileSync(logFile, 'utf8').split('\n').slice(-30).join('\n');
  throw new Error(`Trino did not start:\n${tail}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  // Nothing of it is to be kept, and an orderly shutdown takes a while.
  child.kill('SIGKILL');
  await exited;
}

function writeProperties(path: string, properties: Readonly<Record<string, string>>): void {
  writeFileSync(
    path,
    Object.entries(properties)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );
}
