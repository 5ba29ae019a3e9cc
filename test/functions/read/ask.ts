import { gunzipSync } from 'node:zlib';
import type { HttpResponse } from '../../../functions/ingest/http.ts';
import { authorizeAll } from '../../../functions/ingest/keys.ts';
import { createReadHttp, type ReadHttpDeps } from '../../../functions/read/handler.ts';
import type { TraceReader } from '../../../lib/read/trace-reader.ts';
import { EPOCH_MS } from '../../support/build-trace.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { silentLog } from '../../support/silent-log.ts';

export interface Answer {
  readonly status: number;
  readonly headers: HttpResponse['headers'];
  /** Without the compression. */
  readonly body: Uint8Array;
  /** Undefined: the answer is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes
  readonly json: any;
}

export type Ask = (target: string, headers?: Readonly<Record<string, string>>, method?: string) => Promise<Answer>;

/** Asks the read service five hours after the epoch of the test. */
export function asking(reader: TraceReader, deps: Partial<ReadHttpDeps> = {}): Ask {
  const clock = new ManualClock(EPOCH_MS + 5 * 3_600_000);
  const read = createReadHttp({ readers: () => reader, authorize: authorizeAll, clock, log: silentLog, ...deps });
  return async (target, headers = {}, method = 'GET') => {
    const [path = '', query = ''] = target.split('?');
    const { status, headers: received, body: sent } = await read({ method, path, query, headers });
    const body = received['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    const isJson = received['content-type'] === 'application/json';
    const json = isJson ? JSON.parse(Buffer.from(body).toString('utf8')) : undefined;
    return { status, headers: received, body, json };
  };
}
