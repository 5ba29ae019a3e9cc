import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startDynamo } from './engines/dynamo.ts';
import type { Engine } from './engines/engine.ts';

/**
 * A DynamoDB in memory that deletes nothing on its own: tests have clocks of their own. With
 * `TAILGATE_DYNAMODB_ENGINE=dynoxide` it is dynoxide, where its optional package is installed (Linux on x64).
 */
export function startTestDynamo(): Promise<Engine> {
  return process.env['TAILGATE_DYNAMODB_ENGINE'] === 'dynoxide' ? startDynoxide() : startDynamo({ sweepPeriodMs: 0 });
}

async function startDynoxide(): Promise<Engine> {
  const manifest = import.meta.resolve('@dynoxide/linux-x64/package.json');
  const binary = fileURLToPath(new URL('dynoxide', manifest));
  // Given port 0 it listens, but does not say where.
  const port = await freePort();
  const child = spawn(binary, ['serve', '--host', '127.0.0.1', '--port', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await once(child.stderr, 'data');
  child.stderr.resume();
  return { url: `http://127.0.0.1:${port}`, stop: () => kill(child) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
