import { partitionPrefix } from '../../lib/aws/dynamodb/schema.ts';
import type { DecideSummary } from '../../lib/pipeline/decide/tally.ts';
import { createRandom, type Random } from '../../lib/traffic/random.ts';
import { AwsEngine } from './aws-engine.ts';
import type { Engine } from './engine.ts';
import { EventSource } from './event-source.ts';
import { Exporters } from './exporter.ts';
import { Faults } from './faults.ts';
import { decideFunction, decideOptions, ingestFunction, invoke } from './functions.ts';
import { Ledger } from './ledger.ts';
import { shortName, shortTrace } from './names.ts';
import { Network } from './network.ts';
import { restoreOnce } from './operator.ts';
import { isDeadlyIn, type Plan } from './plan.ts';
import { configOf } from './policies.ts';
import { describeBody } from './queue.ts';
import { Process, Scheduler, START_MS } from './scheduler.ts';
import { type SentRequest, Spans } from './spans.ts';
import { SqliteEngine } from './sqlite-engine.ts';
import { Timeline } from './timeline.ts';
import type { Violation } from './violation.ts';

/** How long an instance may use policies that have been replaced: two in three less than the short time. */
const CONFIG_LAG_MS = { short: 1_000, long: 60_000 };

/** Exporters, functions and services of one history. */
export class World {
  readonly plan: Plan;
  readonly scheduler = new Scheduler();
  readonly timeline = new Timeline(() => this.scheduler.nowMs);
  readonly faults: Faults;
  readonly ledger = new Ledger();
  readonly engine: Engine;
  readonly summaries: DecideSummary[] = [];
  /** What was wrong at the moment when it happened. */
  readonly violations: Violation[] = [];
  /** Keys of the objects with kept traces at that moment. */
  archivedBeforeRedrive: ReadonlySet<string> = new Set();
  readonly #random: Random;
  readonly #eventSource: EventSource;
  readonly #exporters: Exporters;
  readonly #processes: Process[] = [];
  #processCount = 0;
  #ids = 0;

  constructor(plan: Plan) {
    this.plan = plan;
    this.#random = createRandom(plan.seed);
    const { scheduler, timeline } = this;
    const random = this.#random;
    const now = () => scheduler.nowMs;
    this.faults = new Faults(plan.faults, now);
    const { faults } = this;
    const latencyMs = latency(plan, random);
    const network = new Network({
      scheduler,
      faults,
      timeline,
      latencyMs: () => (faults.isOver ? random.between(1, 10) : latencyMs()),
    });
    const engineDeps = {
      scheduler,
      network,
      random,
      now,
      onVisible: (visibleAtMs: number) => this.#eventSource.expect(visibleAtMs),
      onSecondDecision: (trace: string) =>
        this.#violate('several decisions', `${shortTrace(trace)} was decided, and is decided again`),
      mayRestart: () => plan.faults.length > 0 && !faults.isOver,
      onRestart: (how: string) => {
        timeline.add('machine', how, 'all processes die');
        for (const process of this.#processes.splice(0)) process.die();
      },
    };
    const Engine = plan.settings.engine === 'sqlite' ? SqliteEngine : AwsEngine;
    this.engine = new Engine(engineDeps, plan.settings);
    const shared = { scheduler, faults, timeline, random };
    const newDecideInstance = () => this.#decideInstance();
    this.#eventSource = new EventSource(
      {
        ...shared,
        queue: this.engine.messages,
        newInstance: newDecideInstance,
        seenWith: (name) => this.#seenWith(name),
      },
      plan.settings,
    );
    this.#exporters = new Exporters({
      ...shared,
      spans: new Spans(plan),
      isGzip: plan.settings.isGzip,
      newInstance: () => this.#ingestInstance(),
      onSend: (request, tenant) => this.ledger.send(request, tenant),
      onAcknowledged: (request, tenant) => this.#acknowledge(request, tenant),
    });
  }

  /** As in the event source. */
  get settledInTime(): ReadonlySet<string> {
    return this.#eventSource.settledInTime;
  }

  /** Everything that the plan has, until nothing moves any more. */
  async storm(): Promise<void> {
    this.#exporters.start(this.plan.requests);
    for (const { atMs, forMs } of this.plan.stalls) {
      this.scheduler.after(atMs, () => this.#eventSource.stall(forMs));
    }
    for (const { atMs, policies } of this.plan.deploys) {
      this.scheduler.after(atMs, () => this.timeline.add('operator', 'deploys', `policies "${policies}"`));
    }
    for (const publication of this.plan.settings.dictionaries.areUsed ? this.plan.publications : []) {
      this.scheduler.after(publication.atMs, () => {
        const { process } = this.#instance('trainer');
        process.resume(() => void this.engine.publish?.(process, publication));
      });
    }
    for (const { atMs } of this.plan.tenantSwitches) {
      this.scheduler.after(atMs, () => this.timeline.add('operator', 'deploys', 'switches tenants on, or off'));
    }
    for (const { atMs, trace } of this.plan.restores) this.scheduler.after(atMs, () => this.#restore(trace));
    await this.#run();
  }

  #restore(index: number): void {
    const traces = [...this.ledger.traces.values()];
    const trace = traces[index % traces.length];
    if (trace === undefined) return;
    const { process, services, onError } = this.#instance('operator');
    const { bufferTtlMs } = this.plan.settings;
    process.resume(() => {
      void restoreOnce(trace, { process, services, timeline: this.timeline, bufferTtlMs, onError });
    });
  }

  /** An hour later nothing goes wrong any more, and a person sends all dead letters back. */
  async redrive(): Promise<void> {
    this.faults.isOver = true;
    const letters = this.engine.deadLetters();
    if (letters.length === 0) return;
    this.archivedBeforeRedrive = new Set(this.engine.archived().keys());
    this.scheduler.after(3_600_000, () => {
      this.timeline.add('operator', 'redrives', '', () => letters.map(describeBody).join('; '));
      this.scheduler.hold(this.engine.sendBack());
    });
    await this.#run();
  }

  async #run(): Promise<void> {
    if (await this.scheduler.run()) return;
    this.#violate('no rest', `after ${this.scheduler.eventCount} events something still moves`);
  }

  #violate(kind: Violation['kind'], message: string): void {
    this.timeline.add('VIOLATION', kind, '', () => message);
    this.violations.push({ kind, message });
  }

  /** The moment of the promise: from now on the spans must not depend on any memory. */
  #acknowledge(request: SentRequest, tenant: string | undefined): void {
    this.ledger.acknowledge(request, tenant);
    for (const { traceId, hash } of request.fragments) {
      const name = `${partitionPrefix({ tenant })}${traceId}/${hash}`;
      if (!this.engine.stored.has(name)) {
        this.#violate('only in memory', `${shortName(name)} is acknowledged, and is not in the buffer`);
      } else if (!this.engine.named.has(name)) {
        this.#violate('only in memory', `${shortName(name)} is acknowledged, and no wake-up names it`);
      }
    }
  }

  /** A note on a large trace settles all that its look has seen, later wake-ups as well. */
  #seenWith(name: string): readonly string[] {
    const partition = name.slice(0, name.lastIndexOf('/'));
    const hashes = this.ledger.traces.get(partition)?.fragments.keys() ?? [];
    const names = this.plan.settings.isLarge ? [...hashes].map((hash) => `${partition}/${hash}`) : [name];
    return names.filter((one) => this.engine.has(one));
  }

  #decideInstance() {
    const { process, ...deps } = this.#instance('decide');
    const newId = () => {
      this.#ids += 1;
      return this.#ids.toString(16).padStart(16, '0');
    };
    const onSummary = (summary: DecideSummary) => this.summaries.push(summary);
    const options = decideOptions(this.plan.settings);
    const isDeadly = (traceId: string) => !this.faults.isOver && isDeadlyIn(this.plan, traceId);
    const acknowledge = (ids: readonly string[]) => {
      this.#eventSource.settle(ids);
      return this.engine.acknowledge(process, ids);
    };
    const handler = decideFunction({ ...deps, process, newId, options, onSummary, isDeadly, acknowledge });
    return {
      process,
      invoke: (messages: Parameters<typeof invoke>[1], remainingMs: () => number) =>
        invoke(handler, messages, { getRemainingTimeInMillis: remainingMs }),
    };
  }

  #ingestInstance() {
    const deps = this.#instance('ingest');
    return { process: deps.process, handle: ingestFunction(deps), hasTenants: deps.hasTenants };
  }

  #instance(name: string) {
    this.#processCount += 1;
    const { skewMs } = this.plan.settings;
    const skew = this.#random.between(-skewMs, skewMs);
    const process = new Process(`${name} ${this.#processCount}`, this.scheduler, skew);
    this.#processes.push(process);
    const services = this.engine.services(process);
    const lagMs = this.#random.between(0, this.#random.between(0, 3) < 2 ? CONFIG_LAG_MS.short : CONFIG_LAG_MS.long);
    const onError = (message: string) => {
      // A process that has read a fragment and stands still until it and its dictionary have expired: 24 hours in reality.
      const mayBeExpired = this.scheduler.nowMs - START_MS >= this.plan.settings.bufferTtlMs;
      if (mayBeExpired && /^a fragment was compressed with dictionary/.test(message)) return;
      this.#violate('error', `${process.name}: ${message}`);
    };
    const hasTenants = () => this.#hasTenants(lagMs);
    return { process, services, config: () => this.#config(lagMs), hasTenants, onError };
  }

  #hasTenants(lagMs: number): boolean {
    const { tenantSwitches, settings } = this.plan;
    const agoMs = this.scheduler.nowMs - START_MS - lagMs;
    const switches = tenantSwitches.filter(({ atMs }) => atMs <= agoMs);
    return settings.hasTenants !== (switches.length % 2 === 1);
  }

  #config(lagMs: number) {
    const { policies, deploys, settings } = this.plan;
    const agoMs = this.scheduler.nowMs - START_MS - lagMs;
    const latest = deploys.filter(({ atMs }) => atMs <= agoMs).sort((left, right) => right.atMs - left.atMs)[0];
    return configOf(latest?.policies ?? policies, settings);
  }
}

/** How long a message is on its way between a process and a service. */
function latency({ settings }: Plan, random: Random): () => number {
  switch (settings.latency) {
    case 'even':
      return () => random.between(1, 10);
    case 'uneven':
      return () => random.between(1, 20) * (random.between(0, 10) < 1 ? 50 : 1);
    case 'wild':
      return () => 1.2 ** random.between(0, 45);
  }
}
