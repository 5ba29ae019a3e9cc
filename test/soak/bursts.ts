import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repeatedSpans } from './archived.ts';
import { type Load, sendSpans } from './load.ts';
import { TailgateProcess } from './tailgate-process.ts';

/** A wait so long that a burst does not fit: the buffer below is the smallest there can be. */
const CONFIG = `
decision_wait: 30s
policies:
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - { name: sample-of-all, type: probabilistic, probabilistic: { sampling_percentage: 10 } }
`;
const OPTIONS = ['--max-buffer', '16MB'];
const BURSTS = 2;
const BURST_SECONDS = 20;
const PAUSE_SECONDS = 10;
/** More than any machine takes: the answers set the pace. */
const SPANS_PER_SECOND = 1_000_000;
const CATCH_UP_SECONDS = 180;
/** Of a batch that has nothing before it: the window of the loop, and the batch itself on a busy machine. */
const CALM_LAG_MS = 15_000;

/** What was measured, and the most that it may be. */
export type Measurement = readonly [what: string, value: number, bound: number];

/** Sends more than Tailgate has room for, twice, and then waits until it has caught up. */
export async function sendBursts(folder: string): Promise<readonly Measurement[]> {
  const [config, data] = [join(folder, 'bursts.yaml'), join(folder, 'data')];
  mkdirSync(folder);
  writeFileSync(config, CONFIG);
  const tailgate = new TailgateProcess('--data', data, '--config', config, ...OPTIONS);
  try {
    const url = await tailgate.url;
    const loads: Load[] = [];
    let mostMemory = 0;
    let mostLagMs = 0;
    const look = () => {
      mostMemory = Math.max(mostMemory, tailgate.latest.rssBytes);
      mostLagMs = Math.max(mostLagMs, tailgate.lagMs);
    };
    for (let burst = 0; burst < BURSTS; burst++) {
      loads.push(
        await sendSpans(
          url,
          { seconds: BURST_SECONDS, spansPerSecond: SPANS_PER_SECOND, firstRequest: burst * 1_000_000 + 1 },
          look,
        ),
      );
      await sleep(PAUSE_SECONDS * 1_000);
    }
    const sum = (count: (load: Load) => number) => loads.reduce((total, load) => total + count(load), 0);
    const traces = sum((load) => load.traces);
    const drainingFrom = performance.now();
    for (let second = 0; second < CATCH_UP_SECONDS && tailgate.decided < traces; second++) {
      await sleep(1_000);
      look();
    }
    const drainedSeconds = Math.round((performance.now() - drainingFrom) / 1_000);
    // What was refused is accepted again, and decided in time.
    const calm = await sendSpans(url, { seconds: 2, spansPerSecond: 500, firstRequest: BURSTS * 1_000_000 + 1 }, look);
    for (let second = 0; second < CATCH_UP_SECONDS && tailgate.decided < traces + calm.traces; second++)
      await sleep(1_000);
    const lagMs = tailgate.lagMs;
    console.log(
      `bursts: ${sum((load) => load.spans)} spans accepted in ${BURSTS * BURST_SECONDS} s, ${sum((load) => load.refused)} requests refused with 503; ` +
        `lag at most ${Math.round(mostLagMs / 1_000)} s, memory at most ${Math.round(mostMemory / 1e6)} MB; caught up after ${drainedSeconds} s`,
    );
    await tailgate.stop();
    return [
      ['bursts: times that nothing was refused', sum((load) => load.refused) === 0 ? 1 : 0, 0],
      ['bursts: refusals that do not say when to try again', sum((load) => load.withoutRetryAfter), 0],
      ['bursts: failed requests', sum((load) => load.failed) + calm.failed, 0],
      ['bursts: requests refused afterwards', calm.refused, 0],
      ['bursts: traces accepted and not decided', traces + calm.traces - tailgate.decided, 0],
      ['bursts: traces decided twice', tailgate.decided - traces - calm.traces, 0],
      ['bursts: spans that are twice in the archive', await repeatedSpans(join(data, 'archive')), 0],
      ['bursts: milliseconds of lag at the end', lagMs, CALM_LAG_MS],
      ['bursts: bytes of memory', mostMemory, 700e6],
    ];
  } finally {
    await tailgate.stop('SIGKILL');
  }
}
