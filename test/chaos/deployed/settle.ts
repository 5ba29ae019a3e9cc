import { compare, readIndependently } from '../compare.ts';
import type { Ledger } from '../ledger.ts';
import { unlessNone } from '../system.ts';
import type { Queues } from './queues.ts';

const DRAIN_SECONDS = 900;

export interface SettleDeps {
  readonly queues: Queues;
  /** Writes the archive into a folder, and resolves to it. */
  readonly download: () => Promise<string>;
  /** `tailgate redrive`. Resolves to what it prints. */
  readonly redrive: () => Promise<string>;
}

export interface Settled {
  readonly notes: readonly string[];
  readonly violations: readonly string[];
}

/**
 * Waits until nothing waits for its decision. What is missing then must be named by dead letters; they are sent back, and none
 * may be left.
 */
export async function settle(ledger: Ledger, { queues, download, redrive }: SettleDeps): Promise<Settled> {
  await queues.drain(DRAIN_SECONDS);
  const deadLetters = await queues.countDeadLetters();
  const notes = [`dead letters before redrive: ${deadLetters}`];
  const violations: string[] = [];
  if (deadLetters > 0) {
    const named = await queues.tracesOfDeadLetters();
    const { missing } = await compare(ledger, readIndependently(await download()));
    notes.push(`spans missing before redrive: ${missing.length}; dead letters name ${named.size} traces`);
    const unnamed = missing.filter((span) => !named.has(span.split(' ')[0] ?? ''));
    violations.push(...unlessNone('spans missing before redrive that no dead letter names', unnamed.length));
    notes.push(`tailgate redrive: ${(await redrive()).trim().replaceAll('\n', '; ')}`);
    await queues.drain(DRAIN_SECONDS);
  }
  violations.push(...unlessNone('wake-ups that still wait', queues.waiting));
  violations.push(...unlessNone('dead letters after redrive', await queues.countDeadLetters()));
  return { notes, violations };
}
