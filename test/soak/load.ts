import { endlessRequests, type SoakRequest } from './traffic.ts';

/** On a machine that cannot keep the pace, it is the answers that set it. */
const MAX_UNDER_WAY = 8;

export interface Load {
  /** Spans, and the traces that they are, that were answered with 200. */
  spans: number;
  traces: number;
  /** Requests that were answered with 503, and those of them that were not told when to try again. */
  refused: number;
  withoutRetryAfter: number;
  /** Requests that were answered otherwise, or not at all. */
  failed: number;
  readonly answerMs: number[];
}

export interface Pace {
  readonly seconds: number;
  readonly spansPerSecond: number;
  /** Another load on the same Tailgate begins elsewhere, so that it has traces of its own. @default 1 */
  readonly firstRequest?: number;
}

/**
 * Sends spans at a steady pace.
 *
 * @param onSecond called each second with what has been answered so far
 */
export async function sendSpans(
  url: string,
  { seconds, spansPerSecond, firstRequest = 1 }: Pace,
  onSecond: (second: number, load: Load) => void,
): Promise<Load> {
  const load: Load = { spans: 0, traces: 0, refused: 0, withoutRetryAfter: 0, failed: 0, answerMs: [] };
  const requests = endlessRequests(firstRequest);
  const underWay = new Set<Promise<void>>();
  const begun = performance.now();
  let owed = 0;
  // In steps of a tenth of a second.
  for (let step = 1; step <= seconds * 10; step++) {
    for (owed += spansPerSecond / 10; owed > 0 && underWay.size < MAX_UNDER_WAY; ) {
      const request = requests.next().value;
      owed -= request.spanCount;
      const sending = send(url, request, load).finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
    // What could not be sent in time is not made up for.
    owed = Math.min(owed, spansPerSecond / 10);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + step * 100 - performance.now())));
    if (step % 10 === 0) onSecond(step / 10, load);
  }
  await Promise.all(underWay);
  return load;
}

async function send(url: string, { body, spanCount, traceCount }: SoakRequest, load: Load): Promise<void> {
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
  const started = performance.now();
  try {
    const answer = await fetch(`${url}/v1/traces`, { method: 'POST', headers, body: new Uint8Array(body) });
    await answer.arrayBuffer();
    load.answerMs.push(performance.now() - started);
    if (answer.status === 200) {
      load.spans += spanCount;
      load.traces += traceCount;
    } else if (answer.status === 503) {
      load.refused += 1;
      if (!/^\d+$/.test(answer.headers.get('retry-after') ?? '')) load.withoutRetryAfter += 1;
    } else load.failed += 1;
  } catch {
    load.failed += 1;
  }
}
