import { isTenantName, TENANT_NAME_RULE, type TenantScope } from '../../archive/layout.ts';
import type { FragmentRef, WakeUp } from '../../pipeline/ports.ts';

/** A message is no wake-up that this version can read. Delivering it again does not help. */
export class MalformedWakeUpError extends Error {
  override readonly name = 'MalformedWakeUpError';
}

/**
 * The body of a wake-up message, version 1: `{"v":1,"due":<ms>,"attempt":0,"traces":[["<traceId>","<hash>",…],…]}`, and
 * `"tenant":"<name>"` before the traces of a tenant, `"reason":"<text>"` before those of a dead letter that no further attempt can
 * settle. Fragments of one trace stand together, so that its ID is written once.
 * Plain ASCII.
 */
const VERSION = 1;

/** A wake-up, and whose traces it is about. */
export interface WakeUpMessage extends WakeUp, TenantScope {}

/** SQS takes 1 MiB a message and Lambda 6 MB a batch; smaller messages share the work better. */
const MAX_MESSAGE_BYTES = 250 * 1024;

const TRACE_ID = /^[0-9a-f]{32}$/;
const HASH = /^[\w+/=-]{1,128}$/;

/** Writes a wake-up as one or more messages; together they list the same fragments. */
export function encodeWakeUp(
  wakeUp: WakeUp,
  { tenant }: TenantScope = {},
  maxBytes = MAX_MESSAGE_BYTES,
): readonly string[] {
  const owner = tenant === undefined ? '' : `"tenant":"${tenant}",`;
  const reason = wakeUp.reason === undefined ? '' : `"reason":${JSON.stringify(wakeUp.reason)},`;
  const head = `{"v":${VERSION},"due":${wakeUp.dueAtMs},"attempt":${wakeUp.attempt},${owner}${reason}"traces":`;
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

/** @throws {MalformedWakeUpError} which says what is wrong with the body */
export function decodeWakeUp(body: string): WakeUpMessage {
  const message = parse(body);
  if (message['v'] !== VERSION) {
    throw new MalformedWakeUpError(`wake-up message: v must be ${VERSION}, got ${show(message['v'])}`);
  }
  const traces = message['traces'];
  if (!Array.isArray(traces)) {
    throw new MalformedWakeUpError(`wake-up message: traces must be an array, got ${show(traces)}`);
  }
  return {
    dueAtMs: count(message, 'due'),
    attempt: count(message, 'attempt'),
    fragments: traces.flatMap(fragmentsOf),
    ...tenantOf(message),
    ...reasonOf(message),
  };
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
