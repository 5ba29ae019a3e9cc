import { decodeWakeUp } from '../aws/sqs/wake-up-message.ts';
import { hashFragment } from '../aws/system.ts';
import { Decider } from '../pipeline/decide/decide-batch.ts';
import type { DecideSummary } from '../pipeline/decide/tally.ts';
import { ingest } from '../pipeline/ingest.ts';
import type { Evaluate } from '../pipeline/ports.ts';
import type { ReceivedWakeUp } from '../pipeline/wake-ups.ts';
import { parseSamplingConfig } from '../sampling/config/parse-sampling-config.ts';
import { evaluatePolicies } from '../sampling/evaluate-policies.ts';
import type { SamplingConfig } from '../sampling/sampling-config.ts';
import { createRandom, type Random } from '../traffic/random.ts';
import { type SampleRequests, sampleRequests } from '../traffic/sample-requests.ts';
import { keptInSample, type TrafficShape } from '../traffic/traffic-shape.ts';
import type { CallCounts } from './count-calls.ts';
import { type CountedServices, createCountedServices } from './counted-services.ts';
import { type Batching, batchingAt, type EventSource, POLLERS } from './event-source.ts';

/**
 * Distributes messages, in order of arrival, among the batches of the pollers: each message goes to a random one of the
 * batches that are open at that time. If there are too few messages to fill the batches, the batches are smaller, so
 * that the messages of a trace are as far apart as with real traffic.
 */
export function distribute<Message>(
  messages: readonly Message[],
  { messagesPerBatch, openBatches }: Batching,
  random: Random,
): readonly (readonly Message[])[] {
  const rounds = Math.max(1, Math.round(messages.length / (messagesPerBatch * openBatches)));
  const batches = Array.from({ length: rounds * openBatches }, (): Message[] => []);
  for (const [index, message] of messages.entries()) {
    const round = Math.floor((index * rounds) / messages.length);
    batches[round * openBatches + Math.floor(random.between(0, openBatches))]?.push(message);
  }
  return batches.filter((batch) => batch.length > 0);
}

const KEEP_ERRORS = 'policies: [{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }]';

/** The policies of the sample, which marks the traces to keep with an error. */
function keepErrors(): SamplingConfig {
  const parsed = parseSamplingConfig(KEEP_ERRORS);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.config;
}

/** What the pipeline did with a sample. */
export interface SampleCounts {
  readonly traces: number;
  readonly keptTraces: number;
  readonly spans: number;
  readonly requests: number;
  readonly fragments: number;
  /** Bytes of the requests, as protobuf without compression. */
  readonly requestBytes: number;
  readonly calls: CallCounts;
  /** Bytes that the decide function logs per invocation. */
  readonly decideLogBytes: number;
}

export type SampleProgress = (done: number, total: number) => void;

/** The clock of the sample stands still, so that the same sample always gives the same counts. */
const SAMPLE_TIME_MS = Date.UTC(2026, 10, 21, 12);
const CLOCK = { now: () => SAMPLE_TIME_MS };
const WAITS = { decisionWaitMs: 0, decisionWaitAfterRootReceivedMs: undefined };

/** Runs a sample through the pipeline on services in memory and counts the calls. */
async function measureSample(
  sample: SampleRequests,
  shape: TrafficShape,
  eventSource: EventSource,
  progress: SampleProgress,
): Promise<SampleCounts> {
  const counted = createCountedServices(CLOCK);
  const steps = sample.requests.length * 2;
  const sums = { spans: 0, fragments: 0, requestBytes: 0 };
  for (const [index, request] of sample.requests.entries()) {
    const result = await ingest({ protobuf: request }, { ...counted.services, hashFragment }, WAITS);
    sums.spans += result.acceptedSpanCount;
    sums.fragments += result.fragmentCount;
    sums.requestBytes += request.length;
    progress(index + 1, steps);
  }
  const messages = counted.receiveWakeUps();
  const batching = batchingOf(messages.length / sample.traceCount, shape, eventSource);
  const batches = distribute(messages, batching, createRandom(2));
  const summaries = await decideAll(batches, counted, (done) => progress(sample.requests.length + done, steps));
  return {
    traces: sample.traceCount,
    keptTraces: summaries.reduce((sum, summary) => sum + summary.sampled, 0),
    requests: sample.requests.length,
    ...sums,
    calls: counted.calls,
    decideLogBytes: summaries.reduce((sum, summary) => sum + JSON.stringify(summary).length, 0) / summaries.length,
  };
}

function batchingOf(messagesPerTrace: number, { tracesPerDay }: TrafficShape, eventSource: EventSource): Batching {
  return batchingAt((tracesPerDay * messagesPerTrace) / 86_400, eventSource);
}

/** Each poller has its own Lambda environment, which remembers the objects that it has seen. */
async function decideAll(
  batches: readonly (readonly string[])[],
  { services }: CountedServices,
  done: (messages: number) => void,
): Promise<DecideSummary[]> {
  let nextId = 0;
  const deps = { ...services, newId: () => (nextId++).toString(16).padStart(16, '0') };
  const evaluate: Evaluate = (trace, allowances) => evaluatePolicies(keepErrors(), trace, allowances);
  const environments = Array.from({ length: POLLERS }, () => new Decider(deps));
  const summaries: DecideSummary[] = [];
  let messages = 0;
  for (const [index, batch] of batches.entries()) {
    const received = batch.map(
      (body, at): ReceivedWakeUp => ({ messageId: `${index}-${at}`, wakeUp: decodeWakeUp(body) }),
    );
    const { failedMessageIds, summary } =
      (await environments[index % POLLERS]?.decideBatch({ received, evaluate, policies: keepErrors().fingerprint })) ??
      {};
    if (
      summary === undefined ||
      failedMessageIds?.length !== 0 ||
      summary.continued > 0 ||
      summary.failures.length > 0
    ) {
      throw new Error(`the sample was not decided: ${JSON.stringify(summary)}`);
    }
    summaries.push(summary);
    messages += batch.length;
    done(messages);
  }
  return summaries;
}

/** A traffic shape, and what the pipeline did with a sample of it. */
export interface Measured {
  readonly shape: TrafficShape;
  readonly counts: SampleCounts;
}

/** Makes a sample of a shape and counts it. */
export async function measure(
  shape: TrafficShape,
  traces: number,
  eventSource: EventSource,
  progress: SampleProgress = () => {},
): Promise<Measured> {
  const sample = sampleRequests(shape, traces, keptInSample(shape, traces), SAMPLE_TIME_MS);
  return { shape, counts: await measureSample(sample, shape, eventSource, progress) };
}
