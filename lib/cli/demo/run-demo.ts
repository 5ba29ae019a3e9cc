import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readConfigFile } from '../../local/config-file.ts';
import { startLocal } from '../../local/start.ts';
import { createServices, SERVICE_NAMES, type Services } from '../../traffic/checkout/services.ts';
import { planTraces } from '../../traffic/checkout/trace-plan.ts';
import { createRandom } from '../../traffic/random.ts';
import { DecisionMonitor } from './decision-monitor.ts';
import type { DemoArguments } from './demo-arguments.ts';
import { prepareDemoFolder } from './demo-folder.ts';
import { readKeptTraces } from './kept-traces.ts';
import { showProgress } from './progress.ts';
import { type DemoOutcome, printReport } from './report.ts';
import { exportedSpans, exportFailures, exportRequests, sendTraces } from './send-traces.ts';
import { SentLedger } from './sent-ledger.ts';
import { verifyKept } from './verify.ts';

const CONFIG_FILE = fileURLToPath(new URL('tailgate.yaml', import.meta.url));

/** Far longer than the wait of the policies; only a fault makes the demo wait so long. */
const PATIENCE_MS = 60_000;
const POLL_MS = 50;

/** Runs the demo. Resolves to the exit code: 0 when exactly the right traces were kept. */
export async function runDemo(args: DemoArguments): Promise<number> {
  const dataDir = prepareDemoFolder(args.dataDir);
  const { config } = readConfigFile(CONFIG_FILE);
  const monitor = new DecisionMonitor();
  const server = { host: '127.0.0.1', port: args.port, dataDir, config, keys: [], log: monitor };
  const tailgate = await startLocal(server);
  try {
    console.log(
      `Tailgate listens on ${tailgate.url}; ${SERVICE_NAMES.length} services send ${args.traceCount} traces to it`,
    );
    const outcome = await sendAndWait(args, tailgate.url, dataDir, monitor);
    return printReport(outcome, dataDir);
  } finally {
    await tailgate.stop();
  }
}

async function sendAndWait(
  { seed, traceCount }: DemoArguments,
  url: string,
  dataDir: string,
  monitor: DecisionMonitor,
): Promise<DemoOutcome> {
  const ledger = new SentLedger();
  const ids = createRandom(seed);
  const idGenerator = { generateTraceId: () => ids.hex(32), generateSpanId: () => ids.hex(16) };
  const services = createServices(url, idGenerator, ledger);
  const random = createRandom(seed + 1);
  const progress = showProgress(process.stdout, () => progressLine(services, ledger, monitor));
  try {
    await sendTraces(services, planTraces(traceCount, random), random, ledger);
    await allSettled(services, ledger, monitor);
  } finally {
    progress.finish();
  }
  const kept = await readKeptTraces(dataDir);
  const problems = [...monitor.troubles, ...exportFailures(services), ...verifyKept(ledger.traces, kept)];
  return { sent: ledger.traces, sentSpans: ledger.spanCount, requests: exportRequests(services), kept, problems };
}

/** Every export request is one wake-up; when all of them are done, nothing that was sent can change a decision. */
async function allSettled(services: Services, ledger: SentLedger, monitor: DecisionMonitor): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  const isSettled = () =>
    monitor.tracesDecided >= ledger.traces.size && monitor.wakeUpsDone >= exportRequests(services);
  while (!isSettled() && performance.now() < deadline) await sleep(POLL_MS);
  if (!isSettled()) {
    monitor.troubles.push(
      `only ${monitor.tracesDecided} of ${ledger.traces.size} traces were decided in ${PATIENCE_MS / 1000} s`,
    );
  }
}

function progressLine(services: Services, ledger: SentLedger, monitor: DecisionMonitor): string {
  const waiting = ledger.traces.size - monitor.tracesDecided;
  return `sent ${ledger.traces.size} traces, received ${exportedSpans(services)} of ${ledger.spanCount} spans, waiting ${waiting}, kept ${monitor.tracesKept}`;
}
