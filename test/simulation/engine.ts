import type { PerTenant, Services } from '../../functions/shared/per-tenant.ts';
import type { PlannedPublication } from './dictionaries.ts';
import type { Message } from './queue.ts';
import type { Process } from './scheduler.ts';

/** The delivering side of a queue. */
export interface MessageSource {
  /** Messages that are visible. Each is hidden for as long as `hiddenMs` says when it is called. */
  receive(size: number, hiddenMs: () => number): Promise<readonly Message[]>;
  delete(id: string): Promise<void>;
}

/** What the pipeline runs on in a history: the adapters, and what a bystander sees of the services behind them. */
export interface Engine {
  readonly messages: MessageSource;
  /** The adapters in one process. */
  services(process: Process): PerTenant<Services>;
  /** Deletes messages before an invocation ends. */
  acknowledge(process: Process, ids: readonly string[]): Promise<void>;
  /** `[tenant/]trace/hash` of every fragment that was ever stored. */
  readonly stored: ReadonlySet<string>;
  /** The same of every fragment that a message has ever named. */
  readonly named: ReadonlySet<string>;
  /** `[tenant/]trace` of the traces that ever had a decision. */
  readonly decided: ReadonlySet<string>;
  /** Publishes a trained dictionary, where the buffer has them. */
  publish?(process: Process, publication: PlannedPublication): Promise<void>;
  /** Whether a fragment is in the buffer, and has not expired. */
  has(name: string): boolean;
  /** The bodies of the dead letters. */
  deadLetters(): readonly string[];
  /** Sends all dead letters back to the queue, with all their attempts. */
  sendBack(): Promise<void>;
  /** The objects with kept traces, by key. */
  archived(): ReadonlyMap<string, Uint8Array>;
  /** Keys of kept traces that were written a second time. */
  readonly overwritten: readonly string[];
  close(): Promise<void>;
}

export interface EngineDeps {
  readonly now: () => number;
  /** Called with each time at which a message becomes visible. */
  readonly onVisible: (visibleAtMs: number) => void;
  /** A trace that was decided is decided again. */
  readonly onSecondDecision: (trace: string) => void;
  /** Whether things still go wrong. */
  readonly mayRestart: () => boolean;
  /** The machine starts anew: all its processes are gone. */
  readonly onRestart: (how: string) => void;
}
