import type { Clock } from '../pipeline/ports.ts';

/** The wall clock of the machine. The only reader of `Date` outside the outermost layer. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }
}
