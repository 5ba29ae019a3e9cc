import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../lib/aws/system.ts';
import { redrive as command } from '../../lib/cli/commands/redrive.ts';
import { type RedriveInput, runRedrive } from '../../lib/cli/redrive.ts';
import { type LocalOptions, startLocal } from '../../lib/local/start.ts';
import type { WakeUp } from '../../lib/pipeline/ports.ts';
import { openStore, type Store } from '../../lib/sqlite/store.ts';
import { readArchive } from '../local/archive-files.ts';
import { exportRequest, traceIdOf } from '../support/export-request.ts';
import { RecordingTerminal } from '../support/recording-terminal.ts';
import { runWith } from '../support/run-command.ts';
import { configFrom } from '../support/sampling-config.ts';
import { silentLog } from '../support/silent-log.ts';

const root = mkdtempSync(join(tmpdir(), 'tailgate-redrive-'));
let folders = 0;
let data = '';
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  folders += 1;
  data = join(root, String(folders));
});

const clock = new SystemClock();
const HOUR = 3_600_000;

/** Uses the buffer of the data folder as another process would. */
async function withStore<Result>(use: (store: Store) => Result | Promise<Result>): Promise<Result> {
  const store = openStore({ path: join(data, 'buffer.db'), clock });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

const traceId = (index: number) => String(index).padStart(32, '0');

const letter = (index: number, hoursAgo = 1): WakeUp => ({
  dueAtMs: clock.now() - hoursAgo * HOUR,
  receivedAtMs: clock.now() - hoursAgo * HOUR,
  attempt: 10,
  reason: `not settled: ${index}`,
  fragments: [
    { traceId: traceId(index), hash: 'a' },
    { traceId: traceId(index), hash: 'b' },
  ],
});

const bury = (letters: readonly WakeUp[], tenant?: string) =>
  withStore((store) => store.services({ tenant }).wakeUps.sendToDeadLetters(letters));

/** The traces of the messages that can be received, each as often as it is named, and those of the dead letters. */
const whereabouts = () =>
  withStore(async ({ messages, deadLetters }) => {
    const sent: (string | undefined)[] = [];
    for (;;) {
      const received = await messages.receive({ maxMessages: 500 });
      if (received.length === 0) break;
      sent.push(...received.map(({ wakeUp }) => wakeUp.fragments[0]?.traceId));
    }
    return { sent, left: deadLetters.list(1_000).map(({ wakeUp }) => wakeUp.fragments[0]?.traceId) };
  });

const redrive = async (argv: readonly string[] = [], terminal = new RecordingTerminal()) => {
  const { code, lines, complaints } = await runWith<RedriveInput>(
    command,
    ['--data', data, ...argv],
    (input, screen) => runRedrive(input, screen),
    terminal,
  );
  return { code, out: lines, complaints };
};

describe('redrive on a data folder', () => {
  it('lists what is there, with traces and reasons, and moves nothing in a dry run', async () => {
    await bury([letter(1), letter(2, 25)]);
    await bury([letter(3)], 'shop');
    const before = {
      code: 1,
      out: [
        'would move: 2 (4 fragments)',
        'left: 3',
        'unreadable: 0',
        'why they were set aside; they will come back unless the cause is gone:',
        '  not settled: 1',
        '  not settled: 3',
        'too late: 1 (2 fragments): their spans left the buffer 1 hour ago',
        '  they stay where they are for 14 days after they were set aside: --discard-expired deletes them',
        'traces:',
        `  ${traceId(1)}: not settled: 1`,
        `  ${traceId(3)} of shop: not settled: 3`,
        `  ${traceId(2)}: too late; not settled: 2`,
      ],
      complaints: [],
    };
    expect(await redrive(['--dry-run'])).toEqual(before);
    expect(await redrive(['--dry-run'])).toEqual(before);
    expect(await whereabouts()).toEqual({ sent: [], left: [1, 2, 3].map(traceId) });
  });

  it('moves them with their tenant and all attempts, discards what is too late when told to, and finds nothing then', async () => {
    await bury([letter(1, 25), letter(2)]);
    await bury([letter(3)], 'shop');
    expect(await redrive()).toMatchObject({
      code: 1,
      out: expect.arrayContaining(['moved: 2 (4 fragments)', 'left: 1']),
    });
    expect(await redrive(['--discard-expired'])).toMatchObject({
      code: 0,
      out: expect.arrayContaining(['moved: 0 (0 fragments)', 'left: 0', '  discarded: 1']),
    });
    expect(await redrive()).toEqual({
      code: 0,
      out: ['moved: 0 (0 fragments)', 'left: 0', 'unreadable: 0'],
      complaints: [],
    });
    const received = await withStore(({ messages }) => messages.receive());
    expect(received.map(({ tenant, wakeUp }) => [tenant, wakeUp.attempt, wakeUp.fragments[0]?.traceId])).toEqual([
      [undefined, 0, traceId(2)],
      ['shop', 0, traceId(3)],
    ]);
  });

  it('stops after --max, and after the batch under way when it is interrupted', async () => {
    await bury(Array.from({ length: 250 }, (_, index) => letter(index)));
    expect((await redrive(['--max', '13'])).out.slice(0, 2)).toEqual(['moved: 13 (26 fragments)', 'left: about 237']);
    const terminal = new RecordingTerminal();
    terminal.complain = () => terminal.controller.abort();
    expect(await redrive([], terminal)).toMatchObject({
      code: 130,
      out: expect.arrayContaining(['moved: 100 (200 fragments)', 'left: about 137']),
    });
    expect(await redrive()).toMatchObject({ code: 0, out: expect.arrayContaining(['left: 0']) });
    const { sent } = await whereabouts();
    expect(sent.length).toBe(250);
    expect(new Set(sent).size).toBe(250);
  });

  it('moves each once when two work at once', async () => {
    await bury(Array.from({ length: 150 }, (_, index) => letter(index)));
    const runs = await Promise.all([redrive(), redrive()]);
    const moved = runs.map(({ out }) => Number(/^moved: (\d+)/.exec(out[0] ?? '')?.[1]));
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(moved.reduce((sum, count) => sum + count)).toBe(150);
    expect((await whereabouts()).sent).toHaveLength(150);
  });

  it('leaves each in one place when it is killed', { timeout: 30_000 }, async () => {
    const count = 900;
    await bury(Array.from({ length: count }, (_, index) => letter(index)));
    const child = spawn(process.execPath, ['bin/tailgate.mjs', 'redrive', '--data', data], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(child, 'close');
    for await (const line of createInterface(child.stderr)) if (/^moved 1/.test(line)) child.kill('SIGKILL');
    await ended;
    const { sent, left } = await whereabouts();
    expect(sent.length).toBeGreaterThanOrEqual(100);
    expect(sent.length + left.length).toBe(count);
    expect(new Set([...sent, ...left]).size).toBe(count);
  });

  it('has the pipeline that runs on the folder decide them', { timeout: 30_000 }, async () => {
    const options: LocalOptions = {
      host: '127.0.0.1',
      port: 0,
      dataDir: data,
      config: configFrom('decision_wait: 1s\npolicies: [{ name: all, type: always_sample }]'),
      keys: [],
      log: silentLog,
      loopSettings: { batchWindowMs: 10 },
    };
    const send = async (url: string, trace: string) => {
      const { status } = await fetch(`${url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: exportRequest([{ trace, span: trace }]),
      });
      expect(status).toBe(200);
    };
    const first = await startLocal(options);
    await send(first.url, 'a');
    await first.stop();
    await setTimeout(1_010);
    await withStore(async ({ messages, services }) => {
      const [received] = await messages.receive();
      if (received === undefined) throw new Error('the wake-up is gone');
      await services().wakeUps.sendToDeadLetters([{ ...received.wakeUp, reason: 'not settled' }]);
      await messages.acknowledge([received.messageId]);
    });

    const second = await startLocal(options);
    expect((await redrive()).out[0]).toBe('moved: 1 (1 fragment)');
    // It wakes the loop, which looks again once a minute otherwise.
    await send(second.url, 'b');
    while (readArchive(data).length < 2) await setTimeout(50);
    await second.stop();
    expect(
      readArchive(data)
        .map(({ trace_id }) => trace_id)
        .sort(),
    ).toEqual(['a', 'b'].map(traceIdOf));
  });

  it('creates nothing where there is no data folder, or no buffer in it', async () => {
    const complaint = `error: no ${join(data, 'buffer.db')}: start Tailgate first (tailgate start), or name another folder with --data`;
    expect(await redrive()).toEqual({ code: 1, out: [], complaints: [complaint] });
    mkdirSync(data);
    expect(await redrive()).toEqual({ code: 1, out: [], complaints: [complaint] });
    expect(readdirSync(data)).toEqual([]);
  });
});
