import { corpus } from '../../bench/corpus.ts';

/** Requests a second; a request of the corpus has about 512 spans, so that this is about 1,000 spans a second. */
const REQUESTS_PER_SECOND = 2;
/** On a machine that cannot keep the pace, it is the answers that set it. */
const MAX_UNDER_WAY = 4;

export interface Load {
  /** Spans that were answered with 200. */
  readonly acknowledged: number;
  /** Requests that were answered otherwise, or not at all. */
  readonly failed: number;
  readonly slowestMs: number;
}

/**
 * Sends spans at a steady pace.
 *
 * @param onSecond called each second with the spans that were acknowledged so far
 */
export async function sendSpans(
  url: string,
  seconds: number,
  onSecond: (second: number, acknowledged: number) => Promise<void>,
): Promise<Load> {
  let acknowledged = 0;
  let failed = 0;
  let slowestMs = 0;
  let sent = 0;
  const underWay = new Set<Promise<void>>();
  const telling: Promise<void>[] = [];
  const send = async (seed: number) => {
    const [request] = corpus('mixed', 1, seed);
    if (request === undefined) throw new Error('the corpus is empty');
    const started = performance.now();
    if (await post(url, request.protobuf)) acknowledged += request.spanCount;
    else failed += 1;
    slowestMs = Math.max(slowestMs, performance.now() - started);
  };
  const begun = performance.now();
  for (let second = 1; second <= seconds; second++) {
    for (let i = 0; i < REQUESTS_PER_SECOND && underWay.size < MAX_UNDER_WAY; i++) {
      const sending = send(sent++).finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + second * 1_000 - performance.now())));
    telling.push(onSecond(second, acknowledged));
  }
  await Promise.all([...underWay, ...telling]);
  return { acknowledged, failed, slowestMs };
}

/** @returns whether the spans were acknowledged */
async function post(url: string, protobuf: Uint8Array): Promise<boolean> {
  const headers = { 'content-type': 'application/x-protobuf' };
  try {
    const answer = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body: new Uint8Array(protobuf) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}
