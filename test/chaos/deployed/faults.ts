import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../../lib/traffic/random.ts';
import { CONFIG } from '../plan.ts';
import { FAIR, type FaultyProxy, STORM } from '../proxy.ts';
import type { Fault } from '../system.ts';
import type { FunctionName, FunctionProcesses } from './function-processes.ts';
import type { Queues } from './queues.ts';
import {
  DOWN,
  type HeldCall,
  SERVICE_FAIR,
  SERVICE_STORM,
  type ServiceProxy,
  type ServiceWeather,
  THROTTLED,
} from './service-proxy.ts';

/** What is attacked: a deployed stack, its parts and what surrounds them. */
export interface DeployedTarget {
  readonly exporters: FaultyProxy;
  readonly services: ServiceProxy;
  readonly processes: FunctionProcesses;
  readonly queues: Queues;
  /** Stores a version of the policies, for all functions to find. */
  readonly putPolicies: (text: string) => Promise<void>;
  /** What faults have in the background: a call that is on its way for minutes. */
  readonly background: Set<Promise<void>>;
  /** What the faults met, by what it was. */
  readonly met: Map<string, number>;
}

/** Longer than the timeout of ingest, and than the exporters wait. */
const PAUSES_MS: readonly [number, ...number[]] = [3_000, 10_000, 24_000];
/** Longer than the age (90 s) at which a claim counts as abandoned: others have taken over when it goes on. */
const ZOMBIE_MS = [93_000, 115_000] as const;
const LATE_WRITE_MS = [86_000, 110_000] as const;
const SHORTEST_FAULT_MS = 3_000;
const LONGEST_FAULT_MS = 10_000;
/** Some calls are rare, and none come while everything is broken. */
const CALL_WAIT_MS = 6_000;
/** Each is a process that others do without. */
const MAX_ZOMBIES = 2;

const CLAIM = 'dynamodb.PutItem';
const ARCHIVE_WRITE = 's3.PUT traces';
/** The calls by which each function changes something; decide begins with a query. */
const CALLS: Readonly<Record<FunctionName, readonly [string, ...string[]]>> = {
  ingest: ['dynamodb.BatchWriteItem', 'sqs.SendMessageBatch'],
  decide: ['dynamodb.Query', CLAIM, ARCHIVE_WRITE],
};

type DeployedFault = (target: DeployedTarget, random: Random) => Promise<void>;

const FAULTS: Readonly<Record<string, DeployedFault>> = {
  'kill ingest': (target) => killAll(target, 'ingest'),
  'kill decide': (target) => killAll(target, 'decide'),
  'kill ingest at a call': (target, random) =>
    atCall(target, random, CALLS.ingest, (call, when) => kill(target, call, when)),
  'kill decide at a call': (target, random) =>
    atCall(target, random, CALLS.decide, (call, when) => kill(target, call, when)),
  'kill decide at an archive write': (target, random) =>
    atCall(target, random, [ARCHIVE_WRITE], (call, when) => kill(target, call, when)),
  'pause ingest': (target, random) =>
    atCall(target, random, CALLS.ingest, (call) => pause(target, call, random.pick(PAUSES_MS))),
  'pause decide': (target, random) =>
    atCall(target, random, CALLS.decide, (call) => pause(target, call, random.pick(PAUSES_MS))),
  async zombie(target, random) {
    if (target.processes.pausedNow >= MAX_ZOMBIES) return;
    await atCall(target, random, [CLAIM, ARCHIVE_WRITE], (call, when) => {
      pause(target, call, random.between(...ZOMBIE_MS));
      if (when === 'before') noteAnswer(target, 'of a zombie', call);
    });
  },
  async 'late archive write'(target, random) {
    const call = await next(target, [ARCHIVE_WRITE], 'before');
    if (call === undefined) return;
    killOwner(target, call);
    noteAnswer(target, 'of the dead', call);
    inBackground(target, sleep(random.between(...LATE_WRITE_MS)).then(call.release));
  },
  'services in a storm': (target, random) => whileServices(target, random, SERVICE_STORM),
  'services throttled': (target, random) => whileServices(target, random, THROTTLED),
  async 'a service down'(target, random) {
    await whileServices(target, random, { ...DOWN, service: random.pick(['dynamodb', 'sqs', 's3', 'ssm']) });
  },
  async 'storm in the network'({ exporters }, random) {
    exporters.cutAll();
    exporters.weather = STORM;
    await sleep(random.between(SHORTEST_FAULT_MS, LONGEST_FAULT_MS));
    exporters.weather = FAIR;
  },
  async redelivery({ queues, services }, random) {
    // Each batch takes longer than its messages stay hidden, so that others get them as well.
    services.weather = { ...SERVICE_FAIR, delayMs: 800 };
    await queues.deliver({ visibilitySeconds: 1, deliveries: 100 });
    await sleep(random.between(SHORTEST_FAULT_MS, LONGEST_FAULT_MS));
    await queues.deliver();
    services.weather = SERVICE_FAIR;
  },
  async 'dead letters'(target, random) {
    await target.queues.deliver({ visibilitySeconds: 1, deliveries: 1 });
    const endMs = performance.now() + random.between(SHORTEST_FAULT_MS, LONGEST_FAULT_MS / 2);
    while (performance.now() < endMs) {
      await killAll(target, 'decide');
      await sleep(300);
    }
    await target.queues.deliver();
  },
  async 'other policies'({ putPolicies, met }, random) {
    const [name, text] = random.pick(POLICIES);
    note(met, `policies: ${name}`);
    await putPolicies(text);
  },
};

const [, BLOCK = ''] = CONFIG.split('\npolicies:\n');
/** All decide as those of the plan do, except the broken ones, which must not be used. */
const POLICIES: readonly [readonly [string, string], ...(readonly [string, string])[]] = [
  ['those of the plan', CONFIG],
  ['a longer wait', `decision_wait: 7s\npolicies:\n${BLOCK}`],
  ['a shorter wait', `decision_wait: 1s\npolicies:\n${BLOCK}`],
  [
    'one more, which never keeps',
    `decision_wait: 3s\npolicies:\n  - { name: never, type: latency, latency: { threshold_ms: 3600000 } }\n${BLOCK}`,
  ],
  ['broken', 'decision_wait: 3s\npolicies:\n  - { name: errors, type: no_such_type }\n'],
];

/** The faults of a deployed stack. */
export function faultsOf(target: DeployedTarget): Readonly<Record<string, Fault>> {
  return Object.fromEntries(
    Object.entries(FAULTS).map(([name, fault]): [string, Fault] => [name, (random) => fault(target, random)]),
  );
}

async function killAll({ processes }: DeployedTarget, name: FunctionName): Promise<void> {
  // One that stands still is to go on.
  for (const one of processes.list()) if (one.name === name && !processes.isPaused(one)) processes.kill(one);
}

/** Whoever made the call dies with it: before it has taken effect, it never does. */
function kill(target: DeployedTarget, call: HeldCall, when: When): void {
  killOwner(target, call);
  if (when === 'before') call.drop();
  else call.release();
}

function killOwner({ processes, met }: DeployedTarget, { callerPort }: HeldCall): void {
  const owner = processes.ownerOf(callerPort);
  if (owner === undefined) note(met, 'calls whose process had ended');
  else processes.kill(owner);
}

/** Whoever made the call stands still in it. Where it had not taken effect, it does so when the process goes on. */
function pause({ processes }: DeployedTarget, call: HeldCall, ms: number): void {
  const owner = processes.ownerOf(call.callerPort);
  if (owner === undefined) call.release();
  else processes.pause(owner, ms, call.release);
}

type When = 'before' | 'after';

/** Of the calls one is chosen; when that does not come, any of them. */
async function atCall(
  target: DeployedTarget,
  random: Random,
  operations: readonly [string, ...string[]],
  then: (call: HeldCall, when: When) => void,
): Promise<void> {
  const when = random.pick(['before', 'after'] as const);
  const call = (await next(target, [random.pick(operations)], when)) ?? (await next(target, operations, when));
  if (call !== undefined) then(call, when);
}

async function next(
  { services, met }: DeployedTarget,
  operations: readonly string[],
  when: When,
): Promise<HeldCall | undefined> {
  const call = await services.hold(operations, when, CALL_WAIT_MS);
  note(met, call === undefined ? 'calls that did not come' : `${when} ${call.operation}`);
  return call;
}

/** 412 is the answer to a late write of an object that others have fenced. */
function noteAnswer({ met }: DeployedTarget, whose: string, { operation, status }: HeldCall): void {
  void status.then((code) => note(met, `${operation} ${whose}: ${code}`));
}

async function whileServices({ services }: DeployedTarget, random: Random, weather: ServiceWeather): Promise<void> {
  services.weather = weather;
  await sleep(random.between(SHORTEST_FAULT_MS, LONGEST_FAULT_MS));
  services.weather = SERVICE_FAIR;
}

function inBackground({ background }: DeployedTarget, task: Promise<void>): void {
  const done = task.finally(() => background.delete(done));
  background.add(done);
}

function note(met: Map<string, number>, what: string): void {
  met.set(what, (met.get(what) ?? 0) + 1);
}
