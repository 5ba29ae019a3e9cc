import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { emptyCounts } from '../../../lib/cli/replay/ledger.ts';
import { readState, writeState } from '../../../lib/cli/replay/position.ts';
import {
  accept,
  answer,
  type Behaviour,
  hang,
  type OtlpReceiver,
  startOtlpReceiver,
  traceIdsOf,
} from '../../support/otlp-receiver.ts';
import { newDataFolder, writeFile } from '../query/support/archive-folder.ts';
import { idOf, idsOf, keep, keepMany, objectKey } from './support/kept-traces.ts';
import { interrupt, MovableClock, run } from './support/run.ts';

let dataDir: string;
let file: string;
let receiver: OtlpReceiver;

beforeEach(() => {
  dataDir = newDataFolder();
  file = join(dirname(dataDir), 'position.json');
});

async function receive(behaviours: readonly Behaviour[] = [], then?: Behaviour): Promise<void> {
  receiver = await startOtlpReceiver(behaviours, then);
  onTestFinished(() => receiver.stop());
}

/** Any receiver is the same one: what is compared is what it was asked for. */
const URL_GIVEN = 'http://receiver.test:4318';

/** A clock on which every look is a second later, so that each position is written. */
class HastyClock extends MovableClock {
  override now(): number {
    this.advance(1_000);
    return super.now();
  }
}

const replay = (options: readonly string[], stop?: AbortController) => {
  const usual = Object.entries({
    '--endpoint': receiver.url,
    '--data': dataDir,
    '--resume': file,
    '--batch-bytes': '1',
  });
  const others = usual.filter(([name]) => !options.includes(name)).flat();
  return run([...others, ...options], { clock: new HastyClock(), ...(stop && { stop }) });
};

/** What a position belongs to has the receiver's URL in it; each receiver here has a port of its own. */
function moveToReceiver(): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(/http:\/\/127\.0\.0\.1:\d+/, receiver.url));
}

describe('a replay with --resume', () => {
  it('goes on where it was stopped, and at the end has nothing left', async () => {
    const ids = keepMany(dataDir, 3, 4);
    const stop = new AbortController();
    const stopping: Behaviour = (response, request) => {
      interrupt(stop);
      accept(response, request);
    };
    await receive([accept, accept, accept, accept, stopping]);
    expect(await replay(['--in-flight', '1'], stop)).toMatchObject({ code: 130 });
    expect(receiver.acceptedTraceIds()).toEqual(ids.slice(0, 5));

    const { code, out, complaints } = await replay(['--in-flight', '1']);
    expect({ code, complaints }).toEqual({ code: 0, complaints: [`goes on behind line 1 of ${objectKey(1)}`] });
    // The counts are those of the whole replay.
    expect(out).toEqual(['sent: 12 traces, 12 spans, 0.0 MB', 'objects read: 3 of 3']);
    expect(receiver.acceptedTraceIds()).toEqual(ids);

    expect(await replay([])).toMatchObject({
      code: 0,
      out: [`nothing is left to send: by ${file} this replay is complete; delete the file to send all again`],
    });
    expect(receiver.requests).toHaveLength(12);
  });

  it('goes on after a receiver that was down', async () => {
    const ids = keepMany(dataDir, 2, 4);
    await receive([accept, accept], answer(503));
    expect(await replay(['--in-flight', '2'])).toMatchObject({ code: 1 });
    const sent = receiver.acceptedTraceIds();
    await receive();
    moveToReceiver();
    expect(await replay([])).toMatchObject({ code: 0 });
    expect(sent.length).toBe(2);
    expect(receiver.acceptedTraceIds()).toEqual(ids.slice(2));
  });

  it('goes on from the first request without an answer, also when later ones had theirs', async () => {
    const ids = keepMany(dataDir, 1, 4);
    const others = Promise.withResolvers<void>();
    const firstIsLast: Behaviour = async (response, request) => {
      if (!traceIdsOf(request.json).includes(idOf(1))) {
        accept(response, request);
        if (receiver.acceptedTraceIds().length === 2) others.resolve();
        return;
      }
      await others.promise;
      answer(404)(response, request);
    };
    await receive([], firstIsLast);
    expect(await replay(['--in-flight', '3'])).toMatchObject({ code: 1 });
    expect(receiver.acceptedTraceIds()).toEqual(idsOf(2, 2));
    await receive();
    moveToReceiver();
    expect(await replay([])).toMatchObject({ code: 0 });
    expect(receiver.acceptedTraceIds()).toEqual(ids);
  });

  it('sends only what was there when it began', async () => {
    keepMany(dataDir, 1, 4);
    await receive([accept], answer(404));
    await replay(['--in-flight', '1']);
    // Before and behind the position; its partition was empty.
    const soon = new Date(Date.now() + 60_000);
    for (const [index, partition] of ['dt=2026-11-20/hour=10', 'dt=2026-11-22/hour=10'].entries()) {
      const key = keep(dataDir, 50 + index, [{ traceId: idOf(50 + index) }], partition);
      utimesSync(join(dataDir, 'archive', key), soon, soon);
    }
    await receive();
    moveToReceiver();
    const { code, out } = await replay([]);
    expect(code).toBe(0);
    expect(receiver.acceptedTraceIds()).toEqual(idsOf(2, 3));
    expect(out).toContain('written after the replay began, and not part of it: 2 objects');
  });

  it('keeps to the hours of its start, also when they were said relative to now', async () => {
    const clock = new MovableClock();
    const partition = (hoursAgo: number) => {
      const text = new Date(clock.now() - hoursAgo * 3_600_000).toISOString();
      return `dt=${text.slice(0, 10)}/hour=${text.slice(11, 13)}`;
    };
    keep(dataDir, 0, [{ traceId: idOf(1) }], partition(3));
    keep(dataDir, 1, [{ traceId: idOf(2) }], partition(2));
    await receive([answer(404)]);
    const argv = ['--endpoint', receiver.url, '--data', dataDir, '--resume', file, '--from', '-2h'];
    expect(await run(argv, { clock })).toMatchObject({ code: 1 });
    clock.advance(5 * 3_600_000);
    expect(await run(argv, { clock })).toMatchObject({ code: 0 });
    expect(receiver.acceptedTraceIds()).toEqual([idOf(2)]);
  });

  it('remembers what it could not send', async () => {
    keep(dataDir, 0, [{ traceId: idOf(1) }]);
    writeFile(dataDir, objectKey(1).replace('traces/', ''), 'not gzip');
    keep(dataDir, 2, [{ traceId: idOf(3) }, { traceId: idOf(4) }]);
    await receive([accept, accept, answer(404)]);
    expect(await replay(['--in-flight', '1'])).toMatchObject({ code: 1 });
    expect(await replay(['--in-flight', '1'])).toMatchObject({
      code: 1,
      out: expect.arrayContaining(['unreadable: 1']),
    });
    expect(await replay([])).toMatchObject({ code: 1, complaints: [] });
  });
});

describe('a position from before 0.1.0, when --to was the receiver and --since and --until were the times', () => {
  /** What `npm run replay -- --to URL --since … --until … --resume FILE` wrote, letter by letter. */
  const earlierFile = (selection: object, times: object, partitions: object): string => {
    const state = {
      format: 'tailgate-replay-1',
      selection,
      startedAtMs: Date.now() + 60_000,
      times,
      partitions,
      position: { object: objectKey(0), lines: 2, isWhole: false },
      counts: {
        objects: 0,
        traces: 2,
        lines: 2,
        spans: 2,
        bytes: 674,
        rejectedSpans: 0,
        refusedLines: 0,
        unreadable: 0,
      },
      isDone: false,
    };
    return `${JSON.stringify(state, undefined, 2)}\n`;
  };

  it.each([
    [
      { since: '2026-11-21', until: '2026-11-22' },
      { fromMs: Date.UTC(2026, 10, 21), toMs: Date.UTC(2026, 10, 22) },
      { first: 'dt=2026-11-21/hour=00', last: 'dt=2026-11-21/hour=23' },
      ['--from', '2026-11-21', '--to', '2026-11-22'],
    ],
    [
      { until: '2026-11-22' },
      { toMs: Date.UTC(2026, 10, 22) },
      { last: 'dt=2026-11-21/hour=23' },
      ['--to', '2026-11-22'],
    ],
    [{}, {}, {}, []],
  ])('goes on with the options of today: %j', async (given, times, partitions, options) => {
    const ids = keepMany(dataDir, 2, 3);
    await receive();
    const selection = { to: `${receiver.url}/v1/traces`, data: dataDir, ...given };
    writeFileSync(file, earlierFile(selection, times, partitions));
    const { code, out, complaints } = await replay(options);
    expect({ code, complaints }).toEqual({ code: 0, complaints: [`goes on behind line 2 of ${objectKey(0)}`] });
    expect(out).toEqual(['sent: 6 traces, 6 spans, 0.0 MB', 'objects read: 2 of 2']);
    expect(receiver.acceptedTraceIds()).toEqual(ids.slice(2));
  });

  it('belongs to its receiver all the same', async () => {
    keepMany(dataDir, 2, 3);
    await receive();
    writeFileSync(file, earlierFile({ to: `${URL_GIVEN}/v1/traces`, data: dataDir }, {}, {}));
    const { code, complaints } = await replay([]);
    expect(code).toBe(1);
    expect(complaints[0]).toContain(`endpoint: ${URL_GIVEN}/v1/traces there, ${receiver.url}/v1/traces here`);
    expect(receiver.requests).toEqual([]);
  });
});

describe('a position', () => {
  it.each([
    [['--from', '2026-11-21'], 'from: (not given) there, 2026-11-21 here'],
    [['--trace', idOf(1)], `traces: (not given) there, ${idOf(1)} here`],
    [['--where', 'true'], 'where: (not given) there, true here'],
    [['--tenant', 'shop'], 'tenant: (not given) there, shop here'],
    [['--endpoint', URL_GIVEN], `/v1/traces there, ${URL_GIVEN}/v1/traces here`],
  ])('belongs to one replay, not to one with %j', async (options, difference) => {
    keepMany(dataDir, 1, 3);
    await receive([accept, answer(404)]);
    await replay(['--in-flight', '1']);
    const before = readFileSync(file, 'utf8');
    const { code, complaints } = await replay(options);
    expect({ code, complaint: complaints[0] }).toEqual({
      code: 1,
      complaint: expect.stringContaining(
        `--resume ${file}: it belongs to another replay; name another file, or delete it`,
      ),
    });
    expect(complaints[0]).toContain(difference);
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(receiver.requests).toHaveLength(2);
  });

  it('may be read with another size of requests', async () => {
    const ids = keepMany(dataDir, 1, 5);
    await receive([accept, accept, answer(404)]);
    await replay(['--in-flight', '1']);
    expect(await replay(['--batch-bytes', '1000000', '--header', 'a=b', '--rate', '1000'])).toMatchObject({ code: 0 });
    expect(receiver.acceptedTraceIds()).toEqual(ids);
    expect(receiver.requests).toHaveLength(4);
  });

  it.each(['', '{', '{}', '[]', 'export PATH=…', '{"format":"tailgate-replay-1"}'])(
    'is nothing else that a file may hold: %j',
    async (text) => {
      keepMany(dataDir, 1, 1);
      writeFileSync(file, text);
      await receive();
      const { code, complaints } = await replay([]);
      expect({ code, complaints }).toEqual({
        code: 1,
        complaints: [`error: --resume ${file}: this file holds no position of a replay; name another, it will be made`],
      });
      expect(readFileSync(file, 'utf8')).toBe(text);
    },
  );

  it('holds no secret', async () => {
    keepMany(dataDir, 1, 1);
    await receive();
    await replay(['--header', 'x-api-key=s3cr3t']);
    expect(readFileSync(file, 'utf8')).not.toContain('s3cr3t');
  });

  it('that cannot be kept ends the replay before anything is sent', async () => {
    keepMany(dataDir, 1, 1);
    await receive();
    file = join(dataDir, 'no', 'folder', 'position');
    const { code, complaints } = await replay([]);
    expect({ code, complaints }).toEqual({
      code: 1,
      complaints: [expect.stringMatching(/^error: cannot keep the position: ENOENT/)],
    });
    expect(receiver.requests).toEqual([]);
  });

  it('is read as it was written', async () => {
    const state = {
      selection: { to: 'x', where: '"' },
      startedAtMs: 5,
      partitions: { first: 'a', last: 'b' },
      position: { object: 'k', lines: 7, isWhole: true },
      counts: { ...emptyCounts(), spans: 9 },
      isDone: false,
    };
    await writeState(file, state);
    expect(await readState(file, state.selection)).toMatchObject(state);
    expect(readdirSync(dirname(file)).filter((name) => name.includes('position'))).toEqual(['position.json']);
  });
});

describe('a death', () => {
  it('at any request skips nothing, and repeats only what was under way', async () => {
    const ids = keepMany(dataDir, 4, 3);
    for (let death = 0; death < ids.length; death++) {
      let left: string | undefined;
      let accepted: string[] = [];
      // What a death in this moment leaves behind; afterwards the process of this test goes on, unnoticed.
      const dying: Behaviour = (response, request) => {
        left = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
        accepted = receiver.acceptedTraceIds();
        answer(404)(response, request);
      };
      await receive(Array.from({ length: ids.length }, (_, index) => (index === death ? dying : accept)));
      await replay(['--in-flight', '3']);
      writeFileSync(file, left ?? expect.fail('the position is written before the first request'));
      await receive();
      moveToReceiver();
      expect(await replay(['--in-flight', '3'])).toMatchObject({ code: 0 });
      const again = receiver.acceptedTraceIds();
      expect(new Set([...accepted, ...again])).toEqual(new Set(ids));
      // In order: the end of what there is.
      expect(again).toEqual(ids.slice(ids.length - again.length));
      rmSync(file);
    }
  });

  it('by kill -9 is survived: every trace arrives', async () => {
    const ids = keepMany(dataDir, 3, 20);
    // From the fourth request on it takes them and never answers.
    await receive([accept, accept, accept], hang);
    const argv = [
      '--endpoint',
      receiver.url,
      '--data',
      dataDir,
      '--resume',
      file,
      '--batch-bytes',
      '1',
      '--in-flight',
      '1',
    ];
    const child = start(argv);
    await vi.waitFor(
      () => {
        expect(receiver.requests).toHaveLength(4);
        expect(readFileSync(file, 'utf8')).toContain('"position"');
      },
      { timeout: 20_000, interval: 20 },
    );
    const killed = once(child, 'exit');
    child.kill('SIGKILL');
    expect(await killed).toEqual([null, 'SIGKILL']);

    const before = receiver.acceptedTraceIds();
    expect(before).toEqual(ids.slice(0, 3));
    await receive();
    moveToReceiver();
    expect(await replay([])).toMatchObject({ code: 0 });
    const after = receiver.acceptedTraceIds();
    expect([...new Set([...before, ...after])]).toEqual(ids);
    // The position was written after the first answer at the latest.
    expect(after.length).toBeLessThan(ids.length);
  });

  it('by Ctrl-C is none: it exits with 130 and has kept the position of the last answer', async () => {
    const ids = keepMany(dataDir, 1, 20);
    const onThird = Promise.withResolvers<void>();
    const third: Behaviour = async (response, request) => {
      onThird.resolve();
      await interrupted;
      accept(response, request);
    };
    await receive([accept, accept, third]);
    const child = start([
      '--endpoint',
      receiver.url,
      '--data',
      dataDir,
      '--resume',
      file,
      '--batch-bytes',
      '1',
      '--in-flight',
      '1',
    ]);
    const exited = once(child, 'exit');
    const interrupted = onThird.promise.then(() => void child.kill('SIGINT'));
    expect(await exited).toEqual([130, null]);
    const sent = receiver.acceptedTraceIds();
    expect(sent.length).toBeLessThan(ids.length);
    expect(await replay([])).toMatchObject({ code: 0 });
    expect(receiver.acceptedTraceIds()).toEqual(ids);
  });
});

/** What `tailgate replay args` runs. */
function start(argv: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ['bin/tailgate.mjs', 'replay', ...argv], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}
