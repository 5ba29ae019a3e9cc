import type { TrafficShape } from '../traffic/traffic-shape.ts';
import { ASSUMPTIONS, BYTES_PER_GB, DAYS_PER_MONTH, HOURS_PER_MONTH } from './assumptions.ts';
import { batchingAt, type EventSource, POLLERS } from './event-source.ts';
import type { SampleCounts } from './measure-sample.ts';

/** What a month of the traffic uses, as quantities that have a price. */
export interface MonthlyUsage {
  readonly traces: number;
  readonly spans: number;
  readonly keptTraces: number;
  readonly fragments: number;
  readonly exportRequests: number;
  /** Bytes of one export request, as protobuf without compression. */
  readonly bytesPerRequest: number;
  readonly fragmentWriteUnits: number;
  readonly recordWriteUnits: number;
  readonly readUnits: number;
  readonly tableGbMonths: number;
  readonly ingestGbSeconds: number;
  readonly decideInvocations: number;
  readonly decideGbSeconds: number;
  readonly sqsSends: number;
  readonly sqsReceives: number;
  readonly sqsDeletes: number;
  readonly archivePuts: number;
  readonly spillPuts: number;
  readonly s3Reads: number;
  readonly bucketGbMonths: number;
  readonly logGb: number;
}

/**
 * Scales the counts of a sample to a month. The usage per trace, and per kept trace, is proportional; the usage per
 * batch depends on how many messages arrive together.
 */
export function monthlyUsage(
  counts: SampleCounts,
  shape: TrafficShape,
  options: { readonly eventSource: EventSource; readonly retentionDays: number },
): MonthlyUsage {
  const { calls } = counts;
  const traces = shape.tracesPerDay * DAYS_PER_MONTH;
  const keptTraces = (traces * shape.keptPercent) / 100;
  const ofTraces = (count: number) => (count / counts.traces) * traces;
  const ofKept = (count: number) => (counts.keptTraces === 0 ? 0 : (count / counts.keptTraces) * keptTraces);

  // Decide reads a kept trace once more than others: after its claim is recorded.
  const againShare = calls.of('PutItem').calls / Math.max(1, calls.of('Query').calls);
  const ofLooks = (count: number) => ofTraces(count * (1 - againShare)) + ofKept(count * againShare);

  const send = calls.of('SendMessageBatch');
  const messages = ofTraces(send.items);
  const { messagesPerBatch } = batchingAt(messages / (HOURS_PER_MONTH * 3600), options.eventSource);
  const decideInvocations = messages / messagesPerBatch;
  // Kept traces are distributed evenly at random, so the number per batch is Poisson distributed.
  const archivePuts = decideInvocations * (1 - Math.exp(-keptTraces / decideInvocations));
  const looks = ofLooks(calls.of('Query').calls);
  const exportRequests = ofTraces(counts.requests);
  const spills = calls.of('PutObject spill');
  const gbDays =
    ofTraces(storedBytes(calls.of('BatchWriteItem')) * ASSUMPTIONS.fragmentDays) +
    ofKept(storedBytes(calls.of('PutItem')) * ASSUMPTIONS.recordDays);
  const { ingest, decide } = ASSUMPTIONS;
  return {
    traces,
    spans: traces * shape.spansPerTrace,
    keptTraces,
    fragments: ofTraces(counts.fragments),
    exportRequests,
    bytesPerRequest: counts.requestBytes / counts.requests,
    fragmentWriteUnits: ofTraces(calls.of('BatchWriteItem').writeUnits),
    recordWriteUnits: ofKept(calls.of('PutItem').writeUnits),
    readUnits: ofLooks(calls.of('Query').readUnits + calls.of('BatchGetItem').readUnits),
    tableGbMonths: gbDays / DAYS_PER_MONTH / BYTES_PER_GB,
    ingestGbSeconds: gbSeconds(
      exportRequests * ingest.msPerRequest +
        ofTraces(counts.spans) * ingest.msPerSpan +
        ofTraces(counts.fragments) * ingest.msPerFragment +
        ofTraces(calls.of('BatchWriteItem').calls) * ingest.msPerBatchWrite,
    ),
    decideInvocations,
    decideGbSeconds: gbSeconds(
      decideInvocations * decide.msPerBatch +
        looks * decide.msPerLook +
        ofLooks(calls.of('Query').items) * decide.msPerFragment,
    ),
    sqsSends: ofTraces(send.requests),
    sqsReceives: Math.max(
      (messages * chunksPerMessage(send)) / ASSUMPTIONS.messagesPerReceive,
      (POLLERS * HOURS_PER_MONTH * 3600) / ASSUMPTIONS.longPollSeconds,
    ),
    sqsDeletes: messages / Math.min(messagesPerBatch, ASSUMPTIONS.messagesPerDelete),
    archivePuts,
    spillPuts: ofTraces(spills.requests),
    s3Reads: ofTraces(calls.of('GetObject').requests) + ofKept(calls.of('HeadObject').requests),
    bucketGbMonths:
      (ofKept(calls.of('PutObject traces').bytes) * options.retentionDays +
        ofTraces(spills.bytes) * ASSUMPTIONS.fragmentDays) /
      DAYS_PER_MONTH /
      BYTES_PER_GB,
    logGb: logBytes(exportRequests, decideInvocations, counts.decideLogBytes) / BYTES_PER_GB,
  };
}

function storedBytes({ bytes, items }: { readonly bytes: number; readonly items: number }): number {
  return bytes + items * ASSUMPTIONS.itemOverheadBytes;
}

/** SQS bills a message of over 64 KB as several requests, both when it is sent and when it is received. */
function chunksPerMessage({ requests, items }: { readonly requests: number; readonly items: number }): number {
  return Math.max(1, requests / Math.max(1, items));
}

function gbSeconds(milliseconds: number): number {
  return (milliseconds / 1000) * ASSUMPTIONS.memoryGb;
}

function logBytes(ingestInvocations: number, decideInvocations: number, decideLogBytes: number): number {
  const { platformLogBytes, metricLogBytes, logEnvelopeBytes } = ASSUMPTIONS;
  const each = platformLogBytes + metricLogBytes;
  return ingestInvocations * each + decideInvocations * (each + logEnvelopeBytes + decideLogBytes);
}
