import { startLocalStack } from './localstack-container.ts';
import { startMiniStack } from './ministack.ts';

/** A cloud on this machine. */
export interface Engine extends AsyncDisposable {
  readonly name: string;
  /** Base URL of all services. */
  readonly endpoint: string;
}

/**
 * The endpoint in `TAILGATE_ENDPOINT`; else LocalStack, if there is a container runtime; else MiniStack, if there is Python.
 * `undefined`: none of them, and it has been said why.
 */
export async function startEngine(): Promise<Engine | undefined> {
  const endpoint = process.env['TAILGATE_ENDPOINT'];
  if (endpoint !== undefined) return { name: endpoint, endpoint, async [Symbol.asyncDispose]() {} };
  const localStack = await startLocalStack();
  if (localStack !== undefined) return localStack;
  const miniStack = await startMiniStack();
  if (miniStack === undefined) {
    console.log('SKIPPED: neither a container runtime nor Python with pip; TAILGATE_ENDPOINT takes any other engine');
  }
  return miniStack;
}
