import { json } from '../otlp/json-encode/piece.ts';
import { JsonWriter } from '../otlp/json-encode/writer.ts';
import { summarize } from '../otlp/trace/summary.ts';
import type { Trace } from '../otlp/trace/trace.ts';
import type { ThresholdUpdate } from '../sampling/adjusted-count.ts';
import { formatUtc } from './hours.ts';

/** What the archive says about a trace that is not in its spans. */
export interface ArchiveColumns {
  /** The policy that sampled the trace. */
  readonly policy: string;
  /** Adjusted count: how many traces this one stands for; null when the probability is unknown. */
  readonly adjustedCount: number | null;
  /** What becomes of `th` in the trace states of the spans. Default: they stay as they were sent. */
  readonly threshold?: ThresholdUpdate;
  readonly decidedAtMs: number;
  /** `seq` of the first line: 0 for a new trace, more for late spans. */
  readonly firstSeq: number;
  /**
   * How many of the first fragments are in the archive already: their spans are not written again, but count in the columns.
   * Default: 0.
   */
  readonly skipFragments?: number;
}

/** Writes the columns of all traces. */
const out = new JsonWriter(32 * 1024);

const TRACE_ID = json(',"trace_id":');
const START_TIME = json(',"start_time":');
const DURATION = json(',"duration_ms":');
const ROOT_SERVICE = json(',"root_service":');
const ROOT_NAME = json(',"root_name":');
const SERVICES = json(',"services":[');
const SPAN_COUNT = json('],"span_count":');
const ERROR_COUNT = json(',"error_count":');
const STATUS = json(',"status":');
const POLICY = json(',"sampling_policy":');
const WEIGHT = json(',"sample_weight":');
const DECIDED_AT = json(',"decided_at":');
const SEQ = json(',"seq":');
const NULL = json('null');

/**
 * The columns of a line as JSON, from the comma after `resourceSpans` up to where the value of `seq` goes. The next call overwrites
 * them.
 */
export function columnsOf(trace: Trace, columns: ArchiveColumns): Uint8Array {
  const { startTimeUnixNano, durationMs, rootService, rootName, services, errorCount, status } = summarize(trace);
  // The columns of the trace before are in its lines; or its writing failed.
  out.recycle();
  out.piece(TRACE_ID);
  out.quoted(trace.traceId);
  out.piece(START_TIME);
  if (startTimeUnixNano === 0n) out.piece(NULL);
  else out.quoted(formatUtc(Number(startTimeUnixNano / 1_000_000n)));
  out.piece(DURATION);
  writeNumber(durationMs);
  out.piece(ROOT_SERVICE);
  writeText(rootService);
  out.piece(ROOT_NAME);
  writeText(rootName);
  out.piece(SERVICES);
  for (const service of services) {
    out.separate();
    out.quoted(service);
  }
  out.piece(SPAN_COUNT);
  out.integer(trace.spanCount);
  out.piece(ERROR_COUNT);
  out.integer(errorCount);
  out.piece(STATUS);
  out.quoted(status);
  out.piece(POLICY);
  out.quoted(columns.policy);
  out.piece(WEIGHT);
  writeNumber(columns.adjustedCount);
  out.piece(DECIDED_AT);
  out.quoted(decidedAt(columns.decidedAtMs));
  out.piece(SEQ);
  return out.take();
}

function writeText(text: string): void {
  if (text === '') out.piece(NULL);
  else out.quoted(text);
}

/** JSON has no number that is not finite. */
function writeNumber(value: number | null): void {
  if (value === null || !Number.isFinite(value)) out.piece(NULL);
  else out.double(value);
}

let lastMs = 0;
let lastText = formatUtc(lastMs);

/** The traces of a batch are decided at one time. */
function decidedAt(ms: number): string {
  if (ms !== lastMs) {
    lastText = formatUtc(ms);
    lastMs = ms;
  }
  return lastText;
}
