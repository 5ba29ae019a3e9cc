import { regroup } from '../otlp/regroup/regroup.ts';
import type { RejectedSpans } from '../otlp/rejected-spans.ts';
import type { BufferedFragment, Clock, SpanBuffer, WakeUpQueue } from './ports.ts';
import { type DecisionWaits, delayUntilDue, wakeUpsFor } from './wake-ups.ts';

export interface IngestDeps {
  readonly buffer: SpanBuffer;
  readonly wakeUps: WakeUpQueue;
  readonly clock: Clock;
  /** Names a fragment by its bytes: equal bytes, equal name; made of characters that a key may have. */
  readonly hashFragment: (payload: Uint8Array) => string;
}

/** What became of an export request that is now durable. */
export interface IngestResult {
  readonly acceptedSpanCount: number;
  readonly fragmentCount: number;
  readonly rejectedSpanCount: number;
  /** What the sender should know: why spans were rejected, or none were found; undefined when all is well. */
  readonly errorMessage: string | undefined;
}

/**
 * Takes one OTLP `ExportTraceServiceRequest` (protobuf) into the span buffer.
 *
 * The order is the promise: the wake-up goes out only when every fragment is durable, and the caller may answer 200 only
 * when this resolves. A death in between loses nothing that was acknowledged; the exporter's resend writes the same
 * fragments under the same names.
 *
 * @param rejected has the spans that were rejected when the request was translated to protobuf
 * @throws {MalformedOtlpError} when the request is not readable; nothing has been written then
 * @throws {RequestTooLargeError} when there is too much in it; nothing has been written then
 * @throws {UnavailableError} when something could not be made durable in time; a resend is safe
 */
export async function ingest(
  request: Uint8Array,
  deps: IngestDeps,
  waits: DecisionWaits,
  rejected?: RejectedSpans,
): Promise<IngestResult> {
  const regrouped = regroup(request, rejected);
  const receivedAtMs = deps.clock.now();
  const fragments = regrouped.fragments.map(({ traceId, payload, spanCount, hasRoot }) => {
    const hash = deps.hashFragment(payload);
    const buffered: BufferedFragment = { traceId, hash, payload, spanCount, receivedAtMs };
    return { buffered, ref: { traceId, hash }, hasRoot };
  });
  if (fragments.length > 0) {
    await deps.buffer.append(fragments.map((fragment) => fragment.buffered));
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
