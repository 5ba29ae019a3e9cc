import type { Ledger } from './ledger.ts';
import type { System } from './system.ts';

const SAMPLE_MS = 1_000;

/** Prints what was sent and accepted, and what the system measures of itself, while it runs; keeps the highest values. */
export class GaugeTable {
  readonly #system: System;
  readonly #ledger: Ledger;
  readonly #beginMs = performance.now();
  readonly #stepSeconds: number;
  readonly #timer: NodeJS.Timeout;
  #printed = { second: 0, accepted: 0 };
  readonly peaks = new Map<string, number>();

  /** @param seconds how long the attack lasts */
  constructor(system: System, ledger: Ledger, seconds: number) {
    this.#system = system;
    this.#ledger = ledger;
    this.#stepSeconds = Math.max(10, Math.round(seconds / 30));
    const columns = ['sent', 'accepted', 'spans/s', ...Object.keys(system.gauges())];
    console.log('s'.padStart(5) + columns.map((name) => name.padStart(11)).join(''));
    this.#timer = setInterval(() => this.sample(), SAMPLE_MS);
  }

  sample(): void {
    const gauges = Object.entries(this.#system.gauges());
    for (const [name, value] of gauges) this.peaks.set(name, Math.max(this.peaks.get(name) ?? 0, value));
    const second = Math.round((performance.now() - this.#beginMs) / 1_000);
    if (second < this.#printed.second + this.#stepSeconds) return;
    const { sent, accepted } = this.#ledger.counts;
    const rate = Math.round((accepted - this.#printed.accepted) / (second - this.#printed.second));
    this.#printed = { second, accepted };
    const values = [sent, accepted, rate, ...gauges.map(([, value]) => value)];
    console.log(String(second).padStart(5) + values.map((value) => String(value).padStart(11)).join(''));
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
