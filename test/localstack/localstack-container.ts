import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import type { Engine } from './engine.ts';

/** The last release that starts without an account. */
const DEFAULT_IMAGE = 'localstack/localstack:4.14.0';
const PORT = 4566;

/** `undefined`: there is no container runtime, which has been said. `LOCALSTACK_IMAGE` names another image. */
export async function startLocalStack(): Promise<Engine | undefined> {
  const image = process.env['LOCALSTACK_IMAGE'] ?? DEFAULT_IMAGE;
  try {
    await getContainerRuntimeClient();
  } catch (error) {
    console.log(`SKIPPED: ${image}: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
  const token = process.env['LOCALSTACK_AUTH_TOKEN'];
  const container = await new GenericContainer(image)
    .withExposedPorts(PORT)
    // Functions run in containers of their own, which LocalStack starts.
    .withBindMounts([{ source: '/var/run/docker.sock', target: '/var/run/docker.sock' }])
    .withEnvironment(token === undefined ? {} : { LOCALSTACK_AUTH_TOKEN: token })
    .withWaitStrategy(Wait.forHttp('/_localstack/health', PORT))
    .withStartupTimeout(300_000)
    .start();
  return {
    name: image,
    gaps: [],
    endpoint: `http://127.0.0.1:${container.getMappedPort(PORT)}`,
    async [Symbol.asyncDispose]() {
      await container.stop();
    },
  };
}
