import type { TraceLine } from '../../archive/read-line.ts';
import type { Batch } from './batch.ts';
import type { Ledger } from './ledger.ts';
import { NOTHING_REJECTED, type SendResult } from './otlp-sender.ts';

export interface ReplayOptions {
  readonly batches: AsyncIterable<Batch>;
  readonly send: (lines: readonly TraceLine[]) => Promise<SendResult>;
  readonly ledger: Ledger;
  /** Requests under way at once, and those that are answered but stand behind one that is not. */
  readonly maxInFlight: number;
  /** Whether to begin no further request. */
  readonly isInterrupted: () => boolean;
  /** Called after each batch that is settled. */
  readonly onSettled: () => void;
}

/**
 * Sends batches, several at once, and reads no further ahead. After a failure nothing new begins; what is under way is waited
 * for, and counts.
 *
 * @returns whether everything is settled; if not, it was interrupted
 * @throws the first failure
 */
export async function replay(options: ReplayOptions): Promise<boolean> {
  const inFlight = new Set<Promise<void>>();
  let isCutShort = false;
  let failure: { readonly error: unknown } | undefined;
  const sendOne = async (batch: Batch, settle: (result: SendResult) => void) => {
    try {
      settle(batch.lines.length === 0 ? NOTHING_REJECTED : await options.send(batch.lines));
      options.onSettled();
    } catch (error) {
      failure ??= { error };
    }
  };
  try {
    for await (const batch of options.batches) {
      isCutShort = failure !== undefined || options.isInterrupted();
      if (isCutShort) break;
      const sending = sendOne(batch, options.ledger.open(batch)).finally(() => inFlight.delete(sending));
      inFlight.add(sending);
      while (options.ledger.unsettled >= options.maxInFlight && inFlight.size > 0) await Promise.race(inFlight);
    }
  } finally {
    await Promise.all(inFlight);
  }
  if (failure !== undefined) throw failure.error;
  return !isCutShort;
}
