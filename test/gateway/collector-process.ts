import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SOURCE = join(import.meta.dirname, 'collector');
const CONFIG = join(import.meta.dirname, '../../examples/collector-gateway/collector.yaml');
/** Go builds what has changed; the rest is in its cache. */
const BINARY = join(import.meta.dirname, '../../node_modules/.cache/tailgate/gateway-collector');

export function buildCollector(): void {
  mkdirSync(dirname(BINARY), { recursive: true });
  const { status, stderr } = spawnSync('go', ['build', '-o', BINARY, '.'], { cwd: SOURCE, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the Collector cannot be built:\n${stderr}`);
}

/** The Collector with the configuration of the example; only its addresses are the test's. */
export class CollectorProcess {
  readonly #child: ChildProcess;
  #log = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => (this.#log += data));
  }

  /** @param variables those that the example names */
  static async start(grpcPort: number, httpPort: number, variables: Readonly<Record<string, string>>) {
    const settings = [
      `receivers.otlp.protocols.grpc.endpoint=127.0.0.1:${grpcPort}`,
      `receivers.otlp.protocols.http.endpoint=127.0.0.1:${httpPort}`,
      'service.telemetry.metrics.level=none',
    ];
    const args = ['--config', CONFIG, ...settings.flatMap((setting) => ['--set', setting])];
    const started = new CollectorProcess(spawn(BINARY, args, { env: variables }));
    while (!(await connects(grpcPort))) {
      if (started.#child.exitCode !== null) throw new Error(`the Collector ended:\n${started.log}`);
      await sleep(20);
    }
    return started;
  }

  get log(): string {
    return this.#log;
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }
}

async function connects(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
