import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type InvocationResult, RuntimeApi } from './runtime-api.ts';

export interface LambdaFunction {
  /** Folder of the asset, as it would be unpacked in `/var/task`. */
  readonly codeDir: string;
  /** File and export, e.g. `index.handler`. */
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface LambdaProcess extends AsyncDisposable {
  /** From the start of the process until the function asks for its first event, in milliseconds. */
  readonly initMs: number;
  invoke(event: unknown): Promise<InvocationResult>;
  /** Everything written to standard output and standard error so far. */
  output(): string;
}

const CLIENT = fileURLToPath(import.meta.resolve('aws-lambda-ric'));
const HOOKS = new URL('./runtime-hooks.mjs', import.meta.url).href;

/** Runs a function as Lambda does: Node.js with the runtime interface client, an unpacked asset, and nothing else. */
export async function startLambda({ codeDir, handler, environment }: LambdaFunction): Promise<LambdaProcess> {
  const api = new RuntimeApi();
  await api.start();
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--enable-source-maps', '--import', HOOKS, CLIENT], {
    cwd: codeDir,
    env: {
      AWS_LAMBDA_RUNTIME_API: api.address,
      AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true',
      AWS_LAMBDA_FUNCTION_NAME: 'built',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/built',
      AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      LAMBDA_TASK_ROOT: codeDir,
      _HANDLER: handler,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const exited = once(child, 'exit').then(([code]) => {
    throw new Error(`the function ended with ${code}:\n${output()}`);
  });
  exited.catch(() => {});
  await Promise.race([api.ready, exited]);
  return {
    initMs: performance.now() - startedAt,
    invoke: (event) => Promise.race([api.invoke(event), exited]),
    output,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited.catch(() => {});
      await api.stop();
    },
  };
}

function collect(child: ChildProcess): () => string {
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString();
}
