import type { Random } from '../../lib/traffic/random.ts';
import type { ArchivedLine } from '../soak/archived.ts';
import type { Ledger } from './ledger.ts';
import type { FaultyProxy } from './proxy.ts';

/** Injects a fault, and resolves when the next one may come. A pause lasts at most `longestPauseMs`. */
export type Fault = (random: Random, longestPauseMs: number) => Promise<void>;

/** What is attacked: `tailgate start` on this machine, or a stack deployed to a cloud on this machine. */
export interface System {
  /** Where exporters send, through `proxy`; without `/v1/traces`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of each service: its exporters send at the same time. */
  readonly exporters: number;
  /** How long an exporter tries, with its own retries, before it says that it has failed. */
  readonly timeoutMs: number;
  /** The network between the exporters and the system. */
  readonly proxy: FaultyProxy;
  readonly faults: Readonly<Record<string, Fault>>;
  /** Columns of the table that is printed while it runs: what is measured, with the value now. */
  gauges(): Readonly<Record<string, number>>;
  /** Ends all faults. Exporters still have spans to send. */
  calm(): Promise<void>;
  /** Resolves when everything that was accepted is decided, or after too long a time. */
  settle(ledger: Ledger): Promise<void>;
  /** The lines of the archive, by who reads them. Asked for once the system is settled. */
  readers(): Promise<Readonly<Record<string, AsyncIterable<ArchivedLine>>>>;
  /** Of the report: what happened. */
  summary(): readonly string[];
  /** Of the report: what must not happen. */
  violations(): readonly string[];
}

export function listCounts(counts: Iterable<readonly [string, number]>): string {
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ');
}

export function unlessNone(what: string, count: number): readonly string[] {
  return count === 0 ? [] : [`${what}: ${count}`];
}
