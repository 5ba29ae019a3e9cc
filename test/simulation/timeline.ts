import { createHash } from 'node:crypto';
import { START_MS } from './scheduler.ts';

/** Something that happened. */
interface Entry {
  readonly atMs: number;
  readonly actor: string;
  readonly what: string;
  readonly outcome: string;
  readonly about: () => string;
}

/** What happened in a history, for the person who reads why it failed. */
export class Timeline {
  readonly #entries: Entry[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param about which traces, objects or messages; is called only if somebody reads it */
  add(actor: string, what: string, outcome: string, about: () => string = () => ''): void {
    this.#entries.push({ atMs: this.#now(), actor, what, outcome, about });
  }

  lines(): readonly string[] {
    const width = Math.max(0, ...this.#entries.map(({ actor }) => actor.length));
    return this.#entries.map(({ atMs, actor, what, outcome, about }) => {
      const seconds = ((atMs - START_MS) / 1000).toFixed(3).padStart(10);
      return `${seconds} s  ${actor.padEnd(width)}  ${what.padEnd(14)}  ${outcome.padEnd(26)}  ${about()}`.trimEnd();
    });
  }

  /** Equal for histories in which the same happened. */
  digest(): string {
    return createHash('sha256').update(this.lines().join('\n')).digest('hex').slice(0, 16);
  }
}
