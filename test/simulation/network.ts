import type { CallName, Fault, Faults } from './faults.ts';
import type { Process, Scheduler } from './scheduler.ts';
import type { Timeline } from './timeline.ts';

/** A call of a service, as its caller makes it. */
export interface ServiceCall<Answer> {
  readonly name: CallName;
  /** For the timeline: the traces or objects concerned. */
  readonly about: () => string;
  /** What the service does. Throws what the service refuses with, e.g. a condition that does not hold. */
  readonly apply: () => Answer | Promise<Answer>;
  /** The same for a part of the work, where the service may do that. */
  readonly applyPartly?: () => Answer;
  /** How long time stands still while it does that, of work that is not simulated. @default until it is done */
  readonly stillness?: (applied: Promise<unknown>) => Promise<unknown>;
  /** @default the callers give up after 3 s */
  readonly isPatient?: boolean;
  /** The error that the client of the service throws when it refuses. @default an error of this name and status */
  readonly refusal?: (name: string, httpStatusCode: number) => Error;
  /** An answer in words, for the timeline. */
  readonly describe?: (answer: Answer) => string;
}

export interface NetworkDeps {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly timeline: Timeline;
  /** Milliseconds that a message takes on its way, each time anew. */
  readonly latencyMs: () => number;
}

type Answered<Answer> = { readonly value: Answer } | { readonly error: Error };

/** The clients give up a call after this long. */
const CLIENT_TIMEOUT_MS = 3_000;

/** The way between processes and services: every call takes time, and may go wrong as the history says. */
export class Network {
  readonly #deps: NetworkDeps;

  constructor(deps: NetworkDeps) {
    this.#deps = deps;
  }

  /** Never settles once the process is dead. */
  call<Answer>(process: Process, call: ServiceCall<Answer>): Promise<Answer> {
    const fault = process.isDead ? undefined : this.#deps.faults.next(call.name, process.name);
    return new Promise((resolve, reject) => {
      if (process.isDead) return;
      if (fault?.fault === 'die before') {
        this.#tell(process, call, 'dies before it');
        process.die();
      } else if (fault?.fault === 'freeze before') {
        this.#tell(process, call, `freezes for ${fault.ms / 1000} s before it`);
        process.freeze(fault.ms);
        this.#deps.scheduler.after(fault.ms, () =>
          process.resume(() => this.#send(process, call, undefined, resolve, reject)),
        );
      } else {
        this.#send(process, call, fault, resolve, reject);
      }
    });
  }

  #send<Answer>(
    process: Process,
    call: ServiceCall<Answer>,
    fault: Fault | undefined,
    resolve: (answer: Answer) => void,
    reject: (error: Error) => void,
  ): void {
    const { scheduler, latencyMs } = this.#deps;
    const wayMs = latencyMs() + (fault?.fault === 'delay' ? fault.ms : 0);
    const backMs = latencyMs() + (fault?.fault === 'delay answer' ? fault.ms : 0);
    let isOver = false;
    const finish = (outcome: string, settle: () => void) => {
      if (isOver) return;
      isOver = true;
      process.resume(() => {
        this.#tell(process, call, outcome);
        settle();
      });
    };
    const fail = (error: Error) => finish(error.name, () => reject(error));
    if (fault?.fault === 'lose request') {
      scheduler.after(wayMs, () => fail(brokenConnection()));
      return;
    }
    if (!call.isPatient && wayMs + backMs > CLIENT_TIMEOUT_MS)
      scheduler.after(CLIENT_TIMEOUT_MS, () => fail(timeout()));
    scheduler.after(wayMs, () => {
      const isLate = isOver || process.isDead || process.isFrozen;
      const applied = this.#apply(call, fault);
      if (applied instanceof Promise) {
        const done = applied.then((answer) => takeEffect(answer, isLate));
        scheduler.hold(call.stillness?.(done) ?? done);
      } else takeEffect(applied, isLate);
    });
    const takeEffect = (answer: Answered<Answer>, isLate: boolean) => {
      const outcome = 'error' in answer ? answer.error.name : (call.describe?.(answer.value) ?? 'ok');
      if (isLate) this.#tell(process, call, `${outcome}, unheard`);
      if (fault?.fault === 'die after') {
        this.#tell(process, call, `${outcome}; dies after it`);
        process.die();
        return;
      }
      if (fault?.fault === 'freeze after') {
        this.#tell(process, call, `${outcome}; freezes for ${fault.ms / 1000} s`);
        process.freeze(fault.ms);
      }
      if (fault?.fault === 'lose answer') {
        this.#tell(process, call, `${outcome}, answer lost`);
        scheduler.after(backMs, () => fail(brokenConnection()));
        return;
      }
      scheduler.after(backMs, () => {
        if ('error' in answer) fail(answer.error);
        else finish(outcome, () => resolve(answer.value));
      });
    };
  }

  #apply<Answer>(call: ServiceCall<Answer>, fault: Fault | undefined): Answered<Answer> | Promise<Answered<Answer>> {
    const { refusal = serviceError } = call;
    try {
      if (fault?.fault === 'refuse') throw refusal('InternalServerError', 500);
      if (fault?.fault === 'conflict') throw refusal('ConditionalRequestConflict', 409);
      const value = fault?.fault === 'partly' && call.applyPartly ? call.applyPartly() : call.apply();
      if (!(value instanceof Promise)) return { value };
      return value.then(
        (answer) => ({ value: answer }),
        (error: Error) => ({ error }),
      );
    } catch (error) {
      if (error instanceof Error) return { error };
      throw error;
    }
  }

  #tell(process: Process, { name, about }: Pick<ServiceCall<unknown>, 'name' | 'about'>, outcome: string): void {
    this.#deps.timeline.add(process.name, name, outcome, about);
  }
}

function serviceError(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(`simulated ${name}`), { name, $metadata: { httpStatusCode } });
}

function brokenConnection(): Error {
  return Object.assign(new Error('simulated: the connection broke'), { name: 'ECONNRESET', code: 'ECONNRESET' });
}

function timeout(): Error {
  return Object.assign(new Error('simulated: no answer in time'), { name: 'TimeoutError' });
}
