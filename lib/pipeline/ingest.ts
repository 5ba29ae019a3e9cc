import { giveBack } from '../otlp/give-back.ts';
import { regroup } from '../otlp/regroup/regroup.ts';
import type { RejectedSpans } from '../otlp/rejected-spans.ts';
import type { BufferedFragment, Clock, SpanBuffer, WakeUpQueue } from './ports.ts';
import { type DecisionWaits, delayUntilDue, wakeUpsFor } from './wake-ups.ts';

export interface IngestDeps {
  readonly buffer: SpanBuffer;
  readonly wakeUps: WakeUpQueue;
  readonly clock: Clock;
  /** Names a fragment by its bytes: the same bytes have the same name. Uses only characters that a key may have. */
  readonly hashFragment: (payload: Uint8Array) => string;
}

export interface IngestRequest {
  /** An OTLP `ExportTraceServiceRequest` in protobuf. */
  readonly protobuf: Uint8Array;
  /** The spans that were rejected when the request was translated to protobuf. @default none */
  readonly rejected?: RejectedSpans;
}

/** What became of an export request that is now durable. */
export interface IngestResult {
  readonly acceptedSpanCount: number;
  readonly fragmentCount: number;
  readonly rejectedSpanCount: number;
  /** For the sender: why spans were rejected, or that the request had none; `undefined` when all were accepted. */
  readonly errorMessage: string | undefined;
}

/**
 * Takes one export request into the span buffer:
 * ```
 *   request ─▶ fragments, one for each trace ─▶ append to the buffer ─▶ send the wake-ups ─▶ resolves: 200
 * ```
 * The order is the promise: the wake-up is sent only when every fragment is durable, and the caller may answer 200 only
 * when this resolves. A crash in between loses nothing that was acknowledged; the exporter's resend writes the same
 * fragments under the same names.
 *
 * @throws {MalformedOtlpError} when the request is not readable; nothing has been written then
 * @throws {RequestTooLargeError} when the request has more in it than is allowed; nothing has been written then
 * @throws {UnavailableError} when something could not be made durable in time; a resend is safe
 */
export async function ingest(
  { protobuf, rejected }: IngestRequest,
  deps: IngestDeps,
  waits: DecisionWaits,
): Promise<IngestResult> {
  const regrouped = regroup(protobuf, rejected);
  const receivedAtMs = deps.clock.now();
  const fragments = regrouped.fragments.map(({ traceId, payload, spanCount, hasRoot }) => {
    const hash = deps.hashFragment(payload);
    const buffered: BufferedFragment = { traceId, hash, payload, spanCount, receivedAtMs };
    return { buffered, ref: { traceId, hash }, hasRoot };
  });
  if (fragments.length > 0) {
    await deps.buffer.append(fragments.map((fragment) => fragment.buffered));
    // Nobody reads the payloads any more. When appending fails, parts of it may still be going on: then they are not touched.
    giveBack(regrouped.memory);
    const wakeUps = wakeUpsFor(fragments, receivedAtMs, waits);
    await deps.wakeUps.send(wakeUps.map((wakeUp) => delayUntilDue(wakeUp, deps.clock.now())));
  }
  return {
    acceptedSpanCount: regrouped.spanCount,
    fragmentCount: fragments.length,
    rejectedSpanCount: regrouped.rejectedSpanCount,
    errorMessage: regrouped.errorMessage,
  };
}
