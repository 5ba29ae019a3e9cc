import fc from 'fast-check';
import { wrapText } from '../../lib/text/messages.ts';
import type { FaultName } from './faults.ts';
import { type History, playHistory } from './history.ts';
import { type Plan, planArbitrary, planOf } from './plan.ts';

export interface SimulateOptions {
  /** Of the first history; the next ones have the next seeds. */
  readonly seed: number;
  readonly histories: number;
  /** Print the timeline of each history, broken or not. */
  readonly show?: boolean;
  readonly mutation?: string | undefined;
  /** Print one line of JSON that says when the first promise was broken, and nothing else. */
  readonly json?: boolean;
}

/** What a number of histories came to. */
export interface Totals {
  histories: number;
  events: number;
  spans: number;
  readonly faults: Map<FaultName, number>;
}

/** The first history that breaks a promise. */
export interface Broken {
  readonly seed: number;
  readonly history: History;
}

const PROGRESS_MS = 10_000;

/** Plays the histories of these seeds until one breaks a promise. @param onHistory is called after each */
export async function playUntilBroken(
  { seed, histories }: Pick<SimulateOptions, 'seed' | 'histories'>,
  onHistory: (totals: Totals, history: History) => void = () => undefined,
): Promise<{ readonly totals: Totals; readonly broken: Broken | undefined }> {
  const totals: Totals = { histories: 0, events: 0, spans: 0, faults: new Map() };
  for (let number = seed; number < seed + histories; number++) {
    const history = await playHistory(planOf(number));
    totals.histories += 1;
    totals.events += history.events;
    totals.spans += history.spans;
    for (const [name, count] of history.faults) totals.faults.set(name, (totals.faults.get(name) ?? 0) + count);
    if (history.violations.length > 0) return { totals, broken: { seed: number, history } };
    onHistory(totals, history);
  }
  return { totals, broken: undefined };
}

/** Plays histories, and tells about them. Resolves to the exit code. */
export async function simulate(options: SimulateOptions): Promise<number> {
  const { seed, histories, show = false, json = false } = options;
  const start = process.cpuUsage();
  let toldMs = performance.now();
  const { totals, broken } = await playUntilBroken(options, (sofar, history) => {
    if (show) console.log(history.timeline.lines().join('\n'));
    if (json || performance.now() - toldMs < PROGRESS_MS) return;
    toldMs = performance.now();
    console.log(`  ${sofar.histories} of ${histories} histories, ${perSecond(sofar, start)}`);
  });
  if (json) {
    const [violation] = broken?.history.violations ?? [];
    console.log(JSON.stringify({ histories: totals.histories, kind: violation?.kind, seed: broken?.seed }));
    return broken === undefined ? 0 : 1;
  }
  const faults = [...totals.faults].sort(([left], [right]) => (left < right ? -1 : 1));
  console.log(`seed ${seed}: ${totals.histories} histories, ${perSecond(totals, start)}`);
  console.log(`  ${totals.events} events, ${totals.spans} spans of the archive compared`);
  console.log(wrapText(`faults: ${faults.map(([name, count]) => `${name} ${count}`).join(', ')}`, 80, '  '));
  if (broken === undefined) return 0;
  await explain(broken, options);
  return 1;
}

/** Of processor time, so that what else the machine does makes no difference. */
function perSecond({ histories }: Totals, start: NodeJS.CpuUsage): string {
  const { user, system } = process.cpuUsage(start);
  return `${Math.round((histories * 1_000_000) / (user + system))} histories per CPU second`;
}

async function explain({ seed }: Broken, { mutation }: SimulateOptions): Promise<void> {
  console.log(`\nThe history of seed ${seed} breaks a promise. The smallest one like it that was found:\n`);
  const plan = await shrink(seed);
  const { timeline, violations } = await playHistory(plan);
  console.log(describePlan(plan));
  console.log(timeline.lines().join('\n'));
  for (const { kind, message } of violations) console.log(`\nBROKEN  ${kind}: ${message}`);
  const options = mutation === undefined ? '' : ` --mutation "${mutation}"`;
  console.log(`\nAgain: npm run simulate -- --seed ${seed} --histories 1${options}`);
}

/** Attempts of fast-check to leave something out. */
const MAX_SHRINKS = 2_000;

/** A plan like that of the seed that breaks a promise of the same kind, with as little in it as possible. */
export async function shrink(seed: number): Promise<Plan> {
  const plan = planOf(seed);
  const [violation] = (await playHistory(plan)).violations;
  let attempts = 0;
  let smallest = plan;
  const property = fc.asyncProperty(planArbitrary, async (candidate) => {
    attempts += 1;
    if (attempts > MAX_SHRINKS) return;
    const { violations } = await playHistory(candidate);
    if (!violations.some(({ kind }) => kind === violation?.kind)) return;
    smallest = candidate;
    throw new Error('broken');
  });
  await fc.check(property, { seed, numRuns: 1, unbiased: true });
  return smallest;
}

function describePlan({ policies, deploys, tenantSwitches, requests, faults, stalls, settings }: Plan): string {
  const { engine, isLarge, hasTenants, maxAttempts, instances, latency, bufferTtlMs } = settings;
  const kind = `${engine}; ${isLarge ? 'large' : 'small'} traces${hasTenants ? ' of tenants' : ''}${tenantSwitches.length > 0 ? ', switched later' : ''}${settings.dictionaries.areUsed ? '; dictionaries' : ''}${settings.isGzip ? '; gzip' : ''}`;
  return [
    `policies "${policies}"${deploys.map((deploy) => `, then "${deploy.policies}"`).join('')}; ${kind}; ${instances} instances;` +
      ` ${maxAttempts} attempts; latency ${latency}; TTL ${bufferTtlMs / 1000} s; ${requests.length} requests; ${stalls.length} stalls`,
    ...faults.map(({ call, nth, fault, ms, outageMs }) => {
      return `fault: ${call} ${nth}: ${fault}, ${ms / 1000} s${outageMs > 0 ? `, then refused for ${outageMs / 1000} s` : ''}`;
    }),
    '',
  ].join('\n');
}
