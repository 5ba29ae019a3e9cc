import { WireCursor } from './wire.ts';

/** What is wrong with a message, and where in the request. */
export interface Fault {
  /** What was found, and what was expected. */
  readonly problem: string;
  /** In bytes from the start of the request. */
  readonly offset: number;
}

/**
 * Reads protobuf that may be damaged. It throws nothing: it keeps the first fault, treats a message that cannot be read
 * further as read to its `end`, and continues after it. A damaged message therefore costs its sender only that message,
 * and millions of them cost no stack traces.
 */
export class FaultCursor extends WireCursor {
  #fault: Fault | undefined = undefined;

  /** Returns the first fault since the last call; undefined if there was none. */
  takeFault(): Fault | undefined {
    const fault = this.#fault;
    if (fault !== undefined) this.#fault = undefined;
    return fault;
  }

  /** Records a fault. The cursor does not move. */
  note(problem: string, offset: number): void {
    this.#fault ??= { problem, offset };
  }

  protected override fail(problem: string, offset: number): void {
    this.note(problem, offset);
    this.offset = this.end;
  }
}
