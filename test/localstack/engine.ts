import { startLocalStack } from './localstack-container.ts';
import { startMiniStack } from './ministack.ts';

/** A resource of a CloudFormation template. */
export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** A cloud on this machine. */
export interface Engine extends AsyncDisposable {
  readonly name: string;
  /** Base URL of all services. */
  readonly endpoint: string;
  /** PEM file of the certificate that it shows, when no one else vouches for it. */
  readonly certificateFile?: string;
  readonly gaps: readonly Gap[];
  /** Whether it is known to have Athena's. */
  readonly answersSql?: true;
}

/** What an engine lacks. */
export interface Gap {
  readonly what: string;
  /** A resource as the engine takes it; undefined: not at all; the same: the gap does not concern it. */
  adapt(resource: Resource): Resource | undefined;
}

/**
 * The endpoint in `TAILGATE_ENDPOINT`; else LocalStack, if there is a container runtime; else MiniStack, if there is Python.
 * `undefined`: none of them, and it has been said why.
 */
export async function startEngine(): Promise<Engine | undefined> {
  const endpoint = process.env['TAILGATE_ENDPOINT'];
  if (endpoint !== undefined) return { name: endpoint, endpoint, gaps: [], async [Symbol.asyncDispose]() {} };
  const localStack = await startLocalStack();
  if (localStack !== undefined) return localStack;
  const miniStack = await startMiniStack();
  if (miniStack === undefined) {
    console.log('SKIPPED: neither a container runtime nor Python with pip; TAILGATE_ENDPOINT takes any other engine');
  }
  return miniStack;
}
