import { WireCursor } from './wire.ts';

/** What is wrong with a message, and where in the request. */
export interface Fault {
  /** What was found, and what was expected. */
  readonly problem: string;
  /** In bytes from the start of the request. */
  readonly offset: number;
}

/**
 * Reads protobuf that may be damaged. It throws nothing: the first fault is kept, a message that cannot be read further
 * counts as read to its `end`, and reading goes on behind it. So one damaged message costs its sender that message, and
 * millions of them cost no stack traces.
 */
export class FaultCursor extends WireCursor {
  #fault: Fault | undefined = undefined;

  /** The first fault since the last call; undefined when there was none. */
  takeFault(): Fault | undefined {
    const fault = this.#fault;
    if (fault !== undefined) this.#fault = undefined;
    return fault;
  }

  /** Notes a fault. The cursor stays where it is. */
  note(problem: string, offset: number): void {
    this.#fault ??= { problem, offset };
  }

  protected override fail(problem: string, offset: number): void {
    this.note(problem, offset);
    this.offset = this.end;
  }
}
