/**
 * `node --max-old-space-size=… test/support/read-in-little-memory.ts SIZE`: reads every hostile body of this size as ingest
 * does, and prints what it is called and how much its sender is told.
 */
import { protobufFromJson } from '../../lib/otlp/json-decode/decode-request.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { RejectedSpans } from '../../lib/otlp/rejected-spans.ts';
import { HOSTILE_BODIES } from './hostile-bodies.ts';

const size = Number(process.argv[2]);
for (const [name, { encoding, make }] of Object.entries(HOSTILE_BODIES)) {
  const body = make(size);
  const rejected = new RejectedSpans();
  const protobuf = encoding === 'json' ? protobufFromJson(body, rejected) : body;
  const { errorMessage = '' } = regroup(protobuf, rejected);
  console.log(JSON.stringify({ name, messageLength: errorMessage.length }));
}
