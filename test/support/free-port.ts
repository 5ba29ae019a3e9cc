import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port of the loopback interface that nobody listens on. */
export function freePort(): Promise<number> {
  return tryPort(0);
}

/**
 * A port of which the one below is free, too. Both are below those that systems choose when a program asks for any (RFC 6335, section 6:
 * from 49152 on; Linux: from 32768 on), so that no other test gets one of them meanwhile.
 */
export async function freePortAboveFree(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const areFree = await Promise.all([tryPort(port), tryPort(port - 1)]).then(
      () => true,
      () => false,
    );
    if (areFree) return port;
  }
}

/** Listens on the port for a moment. @throws when somebody else does */
async function tryPort(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
}
