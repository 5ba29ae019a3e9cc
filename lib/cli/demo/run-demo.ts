import { existsSync, readdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readConfigFile } from '../../local/config-file.ts';
import { startLocal } from '../../local/start.ts';
import { type ExitCode, UsageError } from '../../terminal/errors.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { DrawnTrace } from '../../terminal/waterfall.ts';
import { createServices, SERVICE_NAMES, type Services } from '../../traffic/checkout/services.ts';
import { planTraces } from '../../traffic/checkout/trace-plan.ts';
import { createRandom } from '../../traffic/random.ts';
import { DEMO_FOLDER } from '../commands/options.ts';
import { openArchiveDatabase } from '../query/duckdb/database.ts';
import { DecisionMonitor } from './decision-monitor.ts';
import { readKeptTraces, readWaterfall } from './kept-traces.ts';
import { type DemoOutcome, printReport, tracesToDraw } from './report.ts';
import { exportedSpans, exportFailures, exportRequests, sendTraces } from './send-traces.ts';
import { SentLedger } from './sent-ledger.ts';
import { verifyKept } from './verify.ts';

const CONFIG_FILE = fileURLToPath(new URL('tailgate.yaml', import.meta.url));

/** Far longer than the wait of the policies; only a fault makes the demo wait so long. */
const PATIENCE_MS = 60_000;
const POLL_MS = 50;

export interface DemoInput {
  /** How many are sent. */
  readonly traces: number;
  readonly seed: number;
  readonly port: number;
  /** Undefined: the demo's own folder, which is cleared. */
  readonly data: string | undefined;
}

/** Runs the demo. Resolves to 0 when exactly the right traces were kept. */
export async function runDemo(
  input: DemoInput,
  terminal: Terminal,
  command: string = commandName(process.env),
): Promise<ExitCode> {
  const dataDir = prepareDemoFolder(input.data);
  const { config, text: configText } = readConfigFile(CONFIG_FILE);
  const monitor = new DecisionMonitor();
  const options = { host: '127.0.0.1', port: input.port, dataDir, config, configText, keys: [], log: monitor };
  const tailgate = await startLocal(options);
  try {
    const services = SERVICE_NAMES.length;
    terminal.print(`Tailgate listens on ${tailgate.url}; ${services} services send ${input.traces} traces to it`);
    const outcome = await sendAndWait(input, tailgate.url, dataDir, monitor, terminal);
    return printReport(outcome, { dataDir, command }, terminal);
  } finally {
    await tailgate.stop();
  }
}

/**
 * How to run another command of `tailgate`, for a hint that can be pasted: npm sets `npm_command` for `npm run demo` and `npx tailgate
 * demo`, and puts the command on the path only for them.
 */
function commandName(environment: Readonly<Record<string, string | undefined>>): string {
  return environment['npm_command'] === undefined ? 'tailgate' : 'npx tailgate';
}

async function sendAndWait(
  { seed, traces: traceCount }: DemoInput,
  url: string,
  dataDir: string,
  monitor: DecisionMonitor,
  terminal: Terminal,
): Promise<DemoOutcome> {
  const ledger = new SentLedger();
  const ids = createRandom(seed);
  const idGenerator = { generateTraceId: () => ids.hex(32), generateSpanId: () => ids.hex(16) };
  const services = createServices(url, idGenerator, ledger);
  const random = createRandom(seed + 1);
  const howFar = () => progressLine(services, ledger, monitor);
  const progress = terminal.progress(howFar);
  try {
    await sendTraces(services, planTraces(traceCount, random), random, ledger);
    await allSettled(services, ledger, monitor);
  } finally {
    progress.finish();
    terminal.print(howFar());
  }
  const database = await openArchiveDatabase(dataDir);
  try {
    const kept = await readKeptTraces(database);
    const drawn = new Map<string, DrawnTrace>();
    for (const traceId of tracesToDraw(kept)) drawn.set(traceId, await readWaterfall(database, traceId));
    const problems = [...monitor.troubles, ...exportFailures(services), ...verifyKept(ledger.traces, kept)];
    const requests = exportRequests(services);
    return { sent: ledger.traces, sentSpans: ledger.spanCount, requests, kept, drawn, problems };
  } finally {
    database.close();
  }
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

/**
 * The data folder of a run, which must have no traces from before. Only the demo's own folder is ever cleared.
 * @throws {UsageError} when a folder that was named has something in it
 */
export function prepareDemoFolder(dataDir: string | undefined): string {
  if (dataDir === undefined) {
    rmSync(DEMO_FOLDER, { recursive: true, force: true });
    return DEMO_FOLDER;
  }
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new UsageError([`--data ${dataDir} is not empty: the demo needs a folder of its own`]);
  }
  return dataDir;
}
