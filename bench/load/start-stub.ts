import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Certificate {
  /** Paths of files in PEM. */
  readonly certificate: string;
  readonly key: string;
}

/** Starts `service-stub.ts`. @param tls without it, it speaks plain HTTP */
export async function startStub(tls?: Certificate): Promise<AsyncDisposable & { readonly url: string }> {
  const script = join(import.meta.dirname, 'service-stub.ts');
  const stub = fork(script, tls === undefined ? [] : [tls.certificate, tls.key], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const [line] = await once(stub.stdout ?? stub, 'data');
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${String(line).trim()}`,
    [Symbol.asyncDispose]: async () => {
      stub.kill();
    },
  };
}
