import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { trace } from '../../../lib/cli/commands/trace.ts';
import { runTrace, type TraceInput } from '../../../lib/cli/trace/run-trace.ts';
import { startLocal } from '../../../lib/local/start.ts';
import { exportRequest, traceIdOf } from '../../support/export-request.ts';
import { RecordingLog } from '../../support/recording-log.ts';
import { runWith } from '../../support/run-command.ts';
import { configFrom } from '../../support/sampling-config.ts';
import { THREE_POLICIES } from '../../support/three-policies.ts';
import { dataFolderWith, line, oneSpan } from '../query/support/archive-folder.ts';
import { ask } from '../query/support/ask.ts';
import { useDataFolders, useStacks } from './support/engines.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const A = traceIdOf('a');

const stacks = useStacks();

describe.each([useDataFolders(), stacks])('tailgate trace, on $name', ({ create }) => {
  it('says that a trace was never seen, and ends with 1', async () => {
    const pipeline = await create(THREE_POLICIES);
    const { code, lines } = await pipeline.trace([A]);
    expect(code).toBe(1);
    expect(lines[0]).toBe(
      `trace ${A}  no span of it came in the last 24 hours, and it was not kept in the last 8 days`,
    );
    expect(lines[2]).toContain(`tailgate query trace-of-log --trace-id ${A} --from -30d`);
    expect(await pipeline.traceJson(A)).toEqual({
      trace_id: A,
      as_of: '2026-11-21T12:00:00.000Z',
      state: 'unknown',
      arrivals: [],
      dead_letters: [],
      has_more_dead_letters: false,
      spans: [],
    });
  });

  it('says when a trace is decided, what came from which service, and draws it', async () => {
    const pipeline = await create(THREE_POLICIES);
    await pipeline.receive({ trace: 'a', span: 'a1', service: 'gateway', name: 'GET /', durationMs: 200 });
    pipeline.clock.advance(10 * SECOND);
    await pipeline.receive(
      { trace: 'a', span: 'a2', parent: 'a1', service: 'cart', name: 'SELECT', startMs: 50, durationMs: 100 },
      { trace: 'a', span: 'a3', parent: 'a2', service: 'cart', name: 'parse', startMs: 100, durationMs: 50 },
    );
    const { code, lines } = await pipeline.trace([A], 100);
    expect(code).toBe(0);
    expect(lines).toEqual([
      `trace ${A}  waiting: it is decided in 20 s`,
      '',
      'the vote of each policy, as of now',
      '  no-health  no         sub-policy health does not match it  (drops every trace that has service.name equal to "health")',
      '    health  no         service.name is "gateway", "cart"  (keeps every trace that has service.name equal to "health")',
      '  errors     no         no span has status ERROR  (keeps every trace that has a span with status ERROR)',
      '  slow       no         it takes 200 ms  (keeps every trace that takes longer than 1000 ms)',
      '',
      'what came, when (UTC)    spans  from',
      '───────────────────────  ─────  ────────  ─────────────────',
      '2026-11-21 12:00:00.000      1  gateway   looked at in 20 s',
      '2026-11-21 12:00:10.000      2  cart (2)  looked at in 30 s',
      '',
      'gateway GET /  200.0 ms, 3 spans, waiting',
      `trace ${A}`,
      `gateway           GET /   ${'█'.repeat(62)}  200.0 ms`,
      `cart               SELECT ${'·'.repeat(15)}${'█'.repeat(32)}${'·'.repeat(15)}  100.0 ms`,
      `cart                parse ${'·'.repeat(31)}${'█'.repeat(16)}${'·'.repeat(15)}   50.0 ms`,
    ]);
    expect(await pipeline.traceJson(A)).toMatchObject({
      state: 'waiting',
      due_at: '2026-11-21T12:00:30.000Z',
      as_of_now: { outcome: 'not_sampled', policy: null },
      votes: [
        { policy: 'no-health', type: 'drop', vote: 'not_sampled', parts: [{ policy: 'health' }] },
        { policy: 'errors', type: 'status_code', vote: 'not_sampled', facts: { status: null } },
        {
          policy: 'slow',
          type: 'latency',
          vote: 'not_sampled',
          keeps: 'every trace that takes longer than 1000 ms',
          saw: 'it takes 200 ms',
          facts: { durationMs: 200 },
        },
      ],
      arrivals: [
        {
          received_at: '2026-11-21T12:00:00.000Z',
          expires_at: '2026-11-22T12:00:00.000Z',
          span_count: 1,
          services: [{ service: 'gateway', span_count: 1 }],
          due_at: '2026-11-21T12:00:30.000Z',
          is_expired: false,
          is_kept: false,
        },
        { span_count: 2, services: [{ service: 'cart', span_count: 2 }] },
      ],
      spans: [
        { depth: 0, offset_ms: 0, duration_ms: 200, service: 'gateway', name: 'GET /', parent_span_id: null },
        { depth: 1, offset_ms: 50, name: 'SELECT' },
        { depth: 2, offset_ms: 100, name: 'parse' },
      ],
    });
  });

  it('says that no policy keeps a trace, and until when that can change', async () => {
    const pipeline = await create(THREE_POLICIES);
    await pipeline.receive({ trace: 'a', span: 'a1', durationMs: 812 });
    await pipeline.decide();
    const { code, lines } = await pipeline.trace([A]);
    expect(code).toBe(0);
    expect(lines.slice(0, 3)).toEqual([
      `trace ${A}  not sampled: no policy keeps it as of now`,
      'A late span can still have it kept. Its first spans leave the buffer in 24 h.',
      expect.stringMatching(new RegExp(`^To have it kept all the same: tailgate restore ${A} --(stack|data) `)),
    ]);
    expect(lines).toContain(
      '  slow       no         it takes 812 ms  (keeps every trace that takes longer than 1000 ms)',
    );
    expect(lines).toContain('shop span a1  812.0 ms, 1 span, not sampled');
    expect(await pipeline.traceJson(A)).toMatchObject({
      state: 'not_sampled',
      leaves_at: '2026-11-22T12:00:00.000Z',
      votes: [{}, {}, { facts: { durationMs: 812 } }],
    });
  });

  it('explains by the policies in another file', async () => {
    const pipeline = await create(THREE_POLICIES);
    await pipeline.receive({ trace: 'a', span: 'a1' });
    await pipeline.decide();
    const { lines } = await pipeline.trace([A, '--config', 'examples/policies/drop-health-checks.yaml']);
    expect(lines[0]).toMatch(/^trace 0+a {2}(due|not sampled)/);
    expect(lines.join('\n')).not.toContain('takes longer than 1000 ms');
    expect(lines).toContain('the vote of each policy, as of now');
  });

  it('says which policy drops a trace', async () => {
    const pipeline = await create(THREE_POLICIES);
    await pipeline.receive({ trace: 'a', span: 'a1', service: 'health', error: true });
    await pipeline.decide();
    const { lines } = await pipeline.trace([A]);
    expect(lines[0]).toBe(`trace ${A}  dropped by policy no-health, as of now`);
    expect(lines).toContain('  errors     not asked  (keeps every trace that has a span with status ERROR)');
    expect(await pipeline.traceJson(A)).toMatchObject({
      state: 'dropped',
      as_of_now: { outcome: 'dropped', policy: 'no-health' },
    });
  });

  it('says which policy has kept a trace, with which weight, when and where, and what came since', async () => {
    const pipeline = await create(THREE_POLICIES);
    await pipeline.receive({ trace: 'a', span: 'a1', error: true });
    await pipeline.decide();
    pipeline.clock.advance(90 * SECOND);
    await pipeline.receive({ trace: 'a', span: 'a2', parent: 'a1' });
    const { code, lines } = await pipeline.trace([A]);
    expect(code).toBe(0);
    expect(lines[0]).toBe(`trace ${A}  kept by policy errors, weight 1, 90 s ago`);
    expect(lines[1]).toMatch(/^in traces\/dt=2026-11-21\/hour=12\/traces_20261121T120030000Z-[0-9a-f]{16}\.jsonl\.gz$/);
    expect(lines).toContain('The policy keeps every trace that has a span with status ERROR');
    expect(lines).toContain('2026-11-21 12:00:00.000      1  shop  kept');
    expect(lines).toContain('2026-11-21 12:02:00.000      1  shop  late: written in 30 s');
    expect(lines).toContain('shop span a1  5.0 ms, 2 spans, kept by errors');
    expect(lines).toContain('✗ shop: failed');
    expect(await pipeline.traceJson(A)).toMatchObject({
      state: 'kept',
      sampling_policy: 'errors',
      sample_weight: 1,
      decided_at: '2026-11-21T12:00:30.000Z',
      objects: [{ key: expect.stringContaining('hour=12'), state: 'written' }],
      line_count: 1,
      arrivals: [{ is_kept: true }, { is_kept: false }],
      spans: [{ status: 'ERROR', message: 'failed' }, { status: 'UNSET' }],
    });
  });

  it('draws a kept trace from the archive when its spans have left the buffer, with its late spans', async () => {
    const pipeline = await create(THREE_POLICIES);
    await pipeline.receive({ trace: 'a', span: 'a1', error: true }, { trace: 'b', span: 'b1', error: true });
    await pipeline.decide();
    await pipeline.receive({ trace: 'a', span: 'a2', parent: 'a1', startMs: 1 });
    await pipeline.decide();
    pipeline.clock.advance(30 * HOUR);
    const { lines } = await pipeline.trace([A]);
    expect(lines.filter((line) => line.startsWith('in traces/'))).toHaveLength(2);
    expect(lines).toContain('shop span a1  6.0 ms, 2 spans, kept by errors');
    expect(lines.filter((line) => line.includes('further objects'))).toEqual([]);
    expect(await pipeline.traceJson(A)).toMatchObject({
      state: 'kept',
      line_count: 2,
      lines_found: 2,
      spans: [
        { name: 'span a1', status: 'ERROR', message: 'failed', depth: 0 },
        { name: 'span a2', depth: 1 },
      ],
    });
  });

  it('says that a trace is kept as of now, and that nothing will look at it', async () => {
    const pipeline = await create(THREE_POLICIES);
    await pipeline.receive({ trace: 'a', span: 'a1', error: true });
    pipeline.clock.advance(60 * SECOND);
    const { lines } = await pipeline.trace([A]);
    expect(lines[0]).toBe(`trace ${A}  due 30 s ago, and not recorded: policy errors keeps it as of now`);
    expect(await pipeline.traceJson(A)).toMatchObject({
      state: 'overdue',
      as_of_now: { outcome: 'sampled', policy: 'errors' },
    });
  });

  it('finds a trace among the dead letters, with the reason, and leaves it there', async () => {
    const pipeline = await create(THREE_POLICIES);
    await pipeline.receive({ trace: 'b', span: 'b1' });
    await pipeline.giveUp('another reason');
    await pipeline.receive({ trace: 'a', span: 'a1' });
    await pipeline.giveUp('not settled in 11 attempts: the table is gone');
    for (let look = 0; look < 2; look++) {
      const { code, lines } = await pipeline.trace([A]);
      expect(code).toBe(0);
      expect(lines.slice(0, 2)).toEqual([
        `trace ${A}  in the dead letters: deciding it was given up`,
        'not settled in 11 attempts: the table is gone',
      ]);
    }
    expect(await pipeline.traceJson(A)).toMatchObject({
      state: 'dead_lettered',
      reason: 'not settled in 11 attempts: the table is gone',
      dead_letters: [{ reason: 'not settled in 11 attempts: the table is gone', fragments: 1 }],
    });
  });

  it('says that a trace has expired, as long as the buffer has not deleted it', async () => {
    const pipeline = await create(THREE_POLICIES);
    await pipeline.receive({ trace: 'a', span: 'a1' });
    await pipeline.decide();
    pipeline.clock.advance(26 * HOUR);
    const { code, lines } = await pipeline.trace([A]);
    expect(code).toBe(0);
    expect(lines[0]).toBe(`trace ${A}  expired: its spans left the buffer 2 h ago, and no policy had kept it`);
    expect(lines).toContain('2026-11-21 12:00:00.000      1  (expired)');
    expect(await pipeline.traceJson(A)).toMatchObject({ state: 'expired', left_at: '2026-11-22T12:00:00.000Z' });
  });

  it.each([
    A.toUpperCase(),
    `00-${A}-00f067aa0ba902b7-01`,
    `${A.slice(0, 8)}-${A.slice(8, 12)}-${A.slice(12, 16)}-${A.slice(16, 20)}-${A.slice(20)}`,
    `1-${A.slice(0, 8)}-${A.slice(8)}`,
  ])('takes the ID as logs have it: %s', async (id) => {
    const pipeline = await create(THREE_POLICIES);
    await pipeline.receive({ trace: 'a', span: 'a1' });
    expect((await pipeline.trace([id])).lines[0]).toBe(`trace ${A}  waiting: it is decided in 30 s`);
  });

  it('refuses what is no ID', async () => {
    const pipeline = await create(THREE_POLICIES);
    const { code, complaints } = await pipeline.trace(['4bf92f35']);
    expect(code).toBe(2);
    expect(complaints[0]).toContain('expected a trace ID: 32 hex digits, a traceparent');
  });
});

describe('tailgate trace', () => {
  it('prints JSON whose every member is in docs/missing-traces.md', async () => {
    const pipeline = await stacks.create(THREE_POLICIES);
    const page = readFileSync('docs/missing-traces.md', 'utf8');
    await pipeline.receive({ trace: 'a', span: 'a1' }, { trace: 'b', span: 'b1', error: true });
    const reports = [await pipeline.traceJson(A)];
    await pipeline.decide();
    reports.push(await pipeline.traceJson(A), await pipeline.traceJson(traceIdOf('b')));
    pipeline.clock.advance(25 * HOUR);
    reports.push(await pipeline.traceJson(A), await pipeline.traceJson(traceIdOf('b')));
    const members = new Set(reports.flatMap((report) => Object.keys(report)));
    expect([...members].filter((member) => !page.includes(`\`${member}\``))).toEqual([]);
    expect(members.size).toBeGreaterThan(15);
  });

  it('is what an empty answer about a trace points to', async () => {
    const { complaints } = await ask(['trace-of-log', '--trace-id', A, '--data', dataFolderWith([line(oneSpan({}))])]);
    expect(complaints.at(-1)).toMatch(new RegExp(`^hint: tailgate trace ${A} --data \\S+ says where this trace is`));
  });

  it('looks for the trace of one tenant, and asks for its name', async () => {
    const pipeline = await stacks.create(THREE_POLICIES, 'shop');
    await pipeline.receive({ trace: 'a', span: 'a1', error: true });
    await pipeline.decide();
    await pipeline.receive({ trace: 'b', span: 'b1' });
    await pipeline.giveUp('the table was gone');
    expect(await pipeline.traceJson(traceIdOf('b'))).toMatchObject({ dead_letters: [{ fragments: 1 }] });
    pipeline.clock.advance(25 * HOUR);
    expect((await pipeline.traceJson(A))['spans']).toHaveLength(1);
    for (const id of [A, traceIdOf('b')]) {
      const other = await pipeline.trace([id], undefined, ['--stack', 'Tailgate', '--tenant', 'bank']);
      expect(other.lines[0]).toContain('no span of it came');
    }
    const nobody = await pipeline.trace([A], undefined, ['--stack', 'Tailgate']);
    expect(nobody).toMatchObject({
      code: 1,
      complaints: ['error: stack Tailgate keeps tenants apart: name the tenant of the trace with --tenant'],
    });
  });

  it('says what is wrong with a stack, a folder, or the options', async () => {
    const pipeline = await stacks.create(THREE_POLICIES);
    const complaintOf = async (...place: readonly string[]) =>
      (await pipeline.trace([A], undefined, place)).complaints[0];
    expect(await complaintOf('--stack', 'Tailgate', '--tenant', 'shop')).toBe(
      'error: stack Tailgate has no tenants: leave out --tenant',
    );
    expect(await complaintOf('--stack', 'Nowhere')).toContain('there is no stack Nowhere');
    expect(await complaintOf('--data', '/nowhere')).toContain('no data folder at /nowhere: start Tailgate first');
    expect(await complaintOf('--data', 'examples')).toContain('no span buffer in examples: start Tailgate with');
    expect(await complaintOf('--stack', 'Tailgate', '--data', 'x')).toContain('expected one of --stack, --data');
    expect(await complaintOf('--tenant', 'shop')).toContain('--tenant goes with --stack');
  });

  it('asks a data folder while the pipeline runs on it, by the policies that it was started with', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tailgate-asked-'));
    const configText = new TextEncoder().encode(
      '{ decision_wait: 1h, policies: [{ name: all, type: always_sample }] }',
    );
    const config = configFrom(new TextDecoder().decode(configText));
    const tailgate = await startLocal({
      host: '127.0.0.1',
      port: 0,
      dataDir: folder,
      config,
      configText,
      keys: [],
      log: new RecordingLog(),
    });
    onTestFinished(async () => {
      await tailgate.stop();
      rmSync(folder, { recursive: true });
    });
    const ask = async () => runWith<TraceInput>(trace, [A, '--data', folder, '--json'], runTrace);
    expect(await ask()).toMatchObject({ code: 1, lines: [expect.stringContaining('"state":"unknown"')] });
    const headers = { 'content-type': 'application/x-protobuf' };
    const body = exportRequest([{ trace: 'a', span: 'a1' }]);
    await fetch(`${tailgate.url}/v1/traces`, { method: 'POST', headers, body });
    const answer = JSON.parse((await ask()).out);
    expect(answer).toMatchObject({ state: 'waiting', votes: [{ policy: 'all', vote: 'sampled' }] });
    expect(answer.arrivals).toHaveLength(1);
  });
});
