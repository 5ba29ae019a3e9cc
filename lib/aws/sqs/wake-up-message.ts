import { isTenantName, TENANT_NAME_RULE, type TenantScope } from '../../archive/layout.ts';
import type { FragmentRef, WakeUp } from '../../pipeline/ports.ts';

/**
 * The body of a wake-up message: one line of JSON in ASCII.
 *
 * ```json
 * {"v":1,"due":1795262430000,"attempt":0,"received":1795262400000,"traces":[["4bf92f3577b34da6a3ce929d0e0e4736","a3f0…","77b1…"],["00f0…","c2d4…"]]}
 * ```
 *
 * | key | holds |
 * |---|---|
 * | `v` | version of the format: 1, or 2 with `restores` |
 * | `due` | when to decide, in milliseconds since the epoch |
 * | `attempt` | how often the fragments were requeued because they could not be settled |
 * | `received` | when the fragments arrived, in milliseconds since the epoch; before `traces`, not in version 0.1 |
 * | `tenant` | whose traces these are; only in a pipeline with tenants, before `traces` |
 * | `suspect` | `true`: of a trace that may end the process which examines it; before `traces` |
 * | `reason` | why the fragments were given up; only in a dead letter, before `traces` |
 * | `restores` | `true`: the traces are kept, whatever the policies say; only in version 2, before `traces` |
 * | `traces` | a list for each trace: its ID, and then the hashes of its fragments |
 *
 * An instance of an earlier version, which meets a message of version 2 while a deployment is under way, cannot read it and lets it
 * come back: it would take one of version 1 for a wake-up like any other, decide that its traces are not sampled, and delete it.
 */
const VERSION = 1;
const RESTORING_VERSION = 2;

/** A message is not a wake-up that this version can read. Delivering it again does not help. */
export class MalformedWakeUpError extends Error {
  override readonly name = 'MalformedWakeUpError';
}

/** A wake-up, and whose traces it is about. */
export interface WakeUpMessage extends WakeUp, TenantScope {}

/** SQS accepts messages of 1 MiB and Lambda batches of 6 MB; smaller messages share the work better. */
const MAX_MESSAGE_BYTES = 250 * 1024;

const TRACE_ID = /^[0-9a-f]{32}$/;
const HASH = /^[\w+/=-]{1,128}$/;

/** A wake-up as the bodies of one or more messages, which together list the same fragments. */
export function encodeWakeUp(
  wakeUp: WakeUp,
  { tenant }: TenantScope = {},
  maxBytes = MAX_MESSAGE_BYTES,
): readonly string[] {
  const owner = tenant === undefined ? '' : `"tenant":"${tenant}",`;
  const received = wakeUp.receivedAtMs === undefined ? '' : `"received":${wakeUp.receivedAtMs},`;
  const reason = wakeUp.reason === undefined ? '' : `"reason":${asciiJson(wakeUp.reason)},`;
  const suspect = wakeUp.isSuspect ? '"suspect":true,' : '';
  const version = wakeUp.restores ? RESTORING_VERSION : VERSION;
  const restores = wakeUp.restores ? '"restores":true,' : '';
  const head = `{"v":${version},"due":${wakeUp.dueAtMs},"attempt":${wakeUp.attempt},${received}${owner}${suspect}${reason}${restores}"traces":`;
  const emptyBytes = head.length + '[]}'.length;
  const bodies: string[] = [];
  let groups: string[][] = [];
  let bytes = emptyBytes;
  const close = () => {
    bodies.push(`${head}${JSON.stringify(groups)}}`);
    groups = [];
    bytes = emptyBytes;
  };
  for (const [traceId, hashes] of byTrace(wakeUp.fragments)) {
    const openingBytes = traceId.length + '[""],'.length;
    let group: string[] | undefined;
    for (const hash of hashes) {
      const hashBytes = hash.length + ',""'.length;
      if (groups.length > 0 && bytes + hashBytes + (group === undefined ? openingBytes : 0) > maxBytes) {
        close();
        group = undefined;
      }
      if (group === undefined) {
        group = [traceId];
        groups.push(group);
        bytes += openingBytes;
      }
      group.push(hash);
      bytes += hashBytes;
    }
  }
  if (groups.length > 0 || bodies.length === 0) close();
  return bodies;
}

/** Reads the body of a message. @throws {MalformedWakeUpError} which says what is wrong with it */
export function decodeWakeUp(body: string): WakeUpMessage {
  const message = parse(body);
  const version = message['v'];
  if (version !== VERSION && version !== RESTORING_VERSION) {
    throw new MalformedWakeUpError(
      `wake-up message: v must be ${VERSION} or ${RESTORING_VERSION}, got ${show(version)}`,
    );
  }
  const traces = message['traces'];
  if (!Array.isArray(traces)) {
    throw new MalformedWakeUpError(`wake-up message: traces must be an array, got ${show(traces)}`);
  }
  return {
    dueAtMs: count(message, 'due'),
    attempt: count(message, 'attempt'),
    fragments: traces.flatMap(fragmentsOf),
    ...(message['received'] !== undefined && { receivedAtMs: count(message, 'received') }),
    ...tenantOf(message),
    ...(message['suspect'] === true && { isSuspect: true }),
    ...reasonOf(message),
    ...(version === RESTORING_VERSION && restoresOf(message)),
  };
}

/** SQS refuses messages with some characters, such as U+FFFF, even though JSON allows them. */
function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function byTrace(fragments: readonly FragmentRef[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { traceId, hash } of fragments) {
    const hashes = groups.get(traceId);
    if (hashes === undefined) groups.set(traceId, [hash]);
    else hashes.push(hash);
  }
  return groups;
}

function parse(body: string): Readonly<Record<string, unknown>> {
  let message: unknown;
  try {
    message = JSON.parse(body);
  } catch (cause) {
    throw new MalformedWakeUpError(`wake-up message is not JSON: ${show(body)}`, { cause });
  }
  if (typeof message !== 'object' || message === null) {
    throw new MalformedWakeUpError(`wake-up message must be an object, got ${show(message)}`);
  }
  return message as Readonly<Record<string, unknown>>;
}

function count(message: Readonly<Record<string, unknown>>, key: string): number {
  const value = message[key];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new MalformedWakeUpError(`wake-up message: ${key} must be a whole number, not negative, got ${show(value)}`);
}

function tenantOf({ tenant }: Readonly<Record<string, unknown>>): TenantScope {
  if (tenant === undefined) return {};
  if (typeof tenant === 'string' && isTenantName(tenant)) return { tenant };
  throw new MalformedWakeUpError(`wake-up message: tenant must be ${TENANT_NAME_RULE}, got ${show(tenant)}`);
}

function reasonOf({ reason }: Readonly<Record<string, unknown>>): Pick<WakeUp, 'reason'> {
  if (reason === undefined) return {};
  if (typeof reason === 'string') return { reason };
  throw new MalformedWakeUpError(`wake-up message: reason must be a text, got ${show(reason)}`);
}

function restoresOf({ restores }: Readonly<Record<string, unknown>>): Pick<WakeUp, 'restores'> {
  if (restores === true) return { restores };
  throw new MalformedWakeUpError(
    `wake-up message: restores must be true in version ${RESTORING_VERSION}, got ${show(restores)}`,
  );
}

function fragmentsOf(group: unknown, index: number): FragmentRef[] {
  const path = `wake-up message: traces[${index}]`;
  if (!Array.isArray(group)) throw new MalformedWakeUpError(`${path} must be an array, got ${show(group)}`);
  const [traceId, ...hashes]: unknown[] = group;
  if (typeof traceId !== 'string' || !TRACE_ID.test(traceId)) {
    throw new MalformedWakeUpError(`${path}[0] must be a trace ID of 32 lower-case hex digits, got ${show(traceId)}`);
  }
  return hashes.map((hash, place) => {
    if (typeof hash === 'string' && HASH.test(hash)) return { traceId, hash };
    throw new MalformedWakeUpError(`${path}[${place + 1}] must be the hash of a fragment, got ${show(hash)}`);
  });
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
