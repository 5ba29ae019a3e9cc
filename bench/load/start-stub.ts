import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Starts `service-stub.ts`. */
export async function startStub(): Promise<AsyncDisposable & { readonly url: string }> {
  const script = join(import.meta.dirname, 'service-stub.ts');
  const stub = fork(script, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const [line] = await once(stub.stdout ?? stub, 'data');
  return {
    url: `http://127.0.0.1:${String(line).trim()}`,
    [Symbol.asyncDispose]: async () => {
      stub.kill();
    },
  };
}
