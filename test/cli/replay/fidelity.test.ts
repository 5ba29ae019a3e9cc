import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { archiveLines } from '../../../lib/archive/line.ts';
import { startLocal } from '../../../lib/local/start.ts';
import { Trace } from '../../../lib/otlp/trace/trace.ts';
import { parseSamplingConfig } from '../../../lib/sampling/config/parse-sampling-config.ts';
import type { opentelemetry } from '../../../proto/generated/otlp.js';
import { readArchive } from '../../local/archive-files.ts';
import { encodeRequest, exportRequests } from '../../support/otlp-arbitraries.ts';
import { tracesToJson, uniqueSpans } from '../../support/otlp-json-oracle.ts';
import { startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { RecordingLog } from '../../support/recording-log.ts';
import { newDataFolder, writeFile } from '../query/support/archive-folder.ts';
import { idOf, objectKey } from './support/kept-traces.ts';
import { run } from './support/run.ts';

type TracesData = opentelemetry.proto.trace.v1.TracesData.$Properties;

const TRACES = 60;

/**
 * Arbitrary requests, each made one trace: every field, 64-bit extremes, NaN, infinities, -0, deep values, repeated keys,
 * any text. The same on each run.
 */
const traces: readonly { readonly traceId: string; readonly message: TracesData }[] = fc
  .sample(exportRequests(), { numRuns: TRACES * 2, seed: 20261121 })
  .filter(({ resourceSpans }) => resourceSpans.some(({ scopeSpans }) => scopeSpans?.some(({ spans }) => spans?.length)))
  .slice(0, TRACES)
  .map((message, index) => {
    const traceId = idOf(index + 1);
    for (const { scopeSpans } of message.resourceSpans) {
      for (const { spans } of scopeSpans ?? [])
        for (const span of spans ?? []) span.traceId = Buffer.from(traceId, 'hex');
    }
    return { traceId, message };
  });

/** What the receiver must get of each trace: by the text of the OTLP specification, from the messages. */
const expected = traces.flatMap(({ message }) => tracesToJson(uniqueSpans([message])));

function keepAll(): string {
  const dataDir = newDataFolder();
  for (let start = 0; start < traces.length; start += 20) {
    const lines = traces.slice(start, start + 20).flatMap(({ traceId, message }) => {
      const trace = Trace.fromFragments(traceId, [encodeRequest(message as never)]);
      return archiveLines(trace, { policy: 'all', adjustedCount: 1, decidedAtMs: 0, firstSeq: 0 });
    });
    writeFile(dataDir, objectKey(start).replace('traces/', ''), gzipSync(Buffer.concat(lines)));
  }
  return dataDir;
}

describe('what a replay sends', () => {
  it('are the spans that were kept, with every field and every bit', async () => {
    const receiver = await startOtlpReceiver();
    onTestFinished(() => receiver.stop());
    const argv = ['--endpoint', receiver.url, '--data', keepAll(), '--batch-bytes', '20000', '--in-flight', '1'];
    expect(await run(argv)).toMatchObject({ code: 0, complaints: [] });
    const received = receiver.requests.map(({ json }) => JSON.parse(json));
    expect(received.length).toBeGreaterThan(2);
    for (const body of received) expect(Object.keys(body)).toEqual(['resourceSpans']);
    expect(received.flatMap(({ resourceSpans }) => resourceSpans)).toEqual(expected);
    // The odd values were among them.
    const all = JSON.stringify(expected);
    for (const odd of ['"9223372036854775807"', '"NaN"', '"-Infinity"', '"18446744073709551615"'])
      expect(all).toContain(odd);
  });

  it('is what another Tailgate takes, keeps, and sends on again', async () => {
    const parsed = parseSamplingConfig('decision_wait: 0s\npolicies: [{ name: all, type: always_sample }]');
    if (!parsed.ok) throw new Error('the configuration is wrong');
    const log = new RecordingLog();
    const dataDir = newDataFolder();
    const tailgate = await startLocal({
      host: '127.0.0.1',
      port: 0,
      dataDir,
      config: parsed.config,
      keys: ['tg_key'],
      log,
    });
    onTestFinished(() => tailgate.stop());
    const argv = ['--endpoint', tailgate.url, '--data', keepAll()];
    const { complaints } = await run(argv);
    expect(complaints).toEqual([expect.stringMatching(/HTTP 401/)]);
    expect(await run([...argv, '--header', 'x-api-key=tg_key'])).toMatchObject({ code: 0, complaints: [] });
    await log.until(() => log.total('sampled') === traces.length);
    const lines = readArchive(dataDir).sort((left, right) => (left.trace_id < right.trace_id ? -1 : 1));
    expect(lines.flatMap(({ resourceSpans }) => resourceSpans)).toEqual(expected);
  });
});
