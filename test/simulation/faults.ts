/** The calls of the pipeline, by what they are for: faults name them. */
export const CALLS = [
  'append',
  'read',
  'read fragments',
  'record',
  'write list',
  'read list',
  'limits',
  'tables',
  'dictionary',
  'create',
  'fence',
  'inspect',
  'spill',
  'read spill',
  'send',
  'continue',
  'dead letter',
  'delete',
  'deliver',
  'acknowledge',
  'respond',
] as const;

export type CallName = (typeof CALLS)[number];

/**
 * What may happen to a call.
 * - `refuse`: the service answers with an error, and has done nothing
 * - `lose request`, `lose answer`: the connection breaks, before or after the call has taken effect
 * - `delay`, `delay answer`: it takes effect late, or is answered late; perhaps after its caller has given up
 * - `partly`: a part of it is done, as the answer says. `conflict`: S3's 409, nothing is done
 * - `die before`, `die after`: the process is killed when it makes the call, or when it has taken effect
 * - `freeze before`, `freeze after`: the process stands still there, and goes on later
 * - `duplicate`: of a delivery: the message is delivered to somebody else as well
 */
export const FAULTS = [
  'refuse',
  'lose request',
  'lose answer',
  'delay',
  'delay answer',
  'partly',
  'conflict',
  'die before',
  'die after',
  'freeze before',
  'freeze after',
  'duplicate',
] as const;

export type FaultName = (typeof FAULTS)[number];

/** The `nth` call of this name, counted from 0 over the whole history, goes wrong. */
export interface Fault {
  readonly call: CallName;
  readonly nth: number;
  readonly fault: FaultName;
  /** How long it is delayed, or the process frozen. */
  readonly ms: number;
  /** So long after it, the same process is refused all calls of this name. 0: only this call fails. */
  readonly outageMs: number;
}

/** Faults that a call may have besides those that any call may have. */
const OF_ALL: readonly FaultName[] = [
  'refuse',
  'lose request',
  'lose answer',
  'delay',
  'delay answer',
  'die before',
  'die after',
  'freeze before',
  'freeze after',
];

export function faultsOf(call: CallName): readonly FaultName[] {
  switch (call) {
    case 'deliver':
      return ['duplicate'];
    case 'acknowledge':
    case 'respond':
      return ['lose request'];
    case 'create':
      // A claim whose object is late is what others fence.
      return [...OF_ALL, 'conflict', 'freeze before', 'delay'];
    case 'fence':
      return [...OF_ALL, 'conflict'];
    case 'record':
      // Between a look at a trace and its record lies what makes the looks of two invocations differ.
      return [...OF_ALL, 'freeze before', 'freeze before', 'freeze before', 'lose answer'];
    case 'append':
    case 'read':
    case 'read fragments':
    case 'send':
    case 'continue':
    case 'dead letter':
      return [...OF_ALL, 'partly'];
    default:
      return OF_ALL;
  }
}

/** Finds the faults of a history as its calls are made, and counts those that have come about. */
export class Faults {
  readonly #byCall = new Map<string, Fault>();
  readonly #counts = new Map<CallName, number>();
  readonly #outages = new Map<string, number>();
  readonly #now: () => number;
  readonly injected = new Map<FaultName, number>();
  /** After the storm nothing goes wrong any more. */
  isOver = false;

  constructor(faults: readonly Fault[], now: () => number) {
    for (const fault of faults) this.#byCall.set(`${fault.call} ${fault.nth}`, fault);
    this.#now = now;
  }

  /** The fault of this call, if it has one. To be called once for each call. */
  next(call: CallName, actor: string): Fault | undefined {
    const nth = this.#counts.get(call) ?? 0;
    this.#counts.set(call, nth + 1);
    if (this.isOver) return undefined;
    const outage = `${actor} ${call}`;
    const fault = this.#byCall.get(`${call} ${nth}`);
    if (fault !== undefined) {
      if (fault.outageMs > 0) this.#outages.set(outage, this.#now() + fault.outageMs);
      return this.#count(fault);
    }
    if ((this.#outages.get(outage) ?? 0) <= this.#now()) return undefined;
    return this.#count({ call, nth, fault: 'refuse', ms: 0, outageMs: 0 });
  }

  #count(fault: Fault): Fault {
    this.injected.set(fault.fault, (this.injected.get(fault.fault) ?? 0) + 1);
    return fault;
  }
}
