import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSqsClient } from '../../lib/aws/clients.ts';
import { SqsDeadLetters } from '../../lib/aws/sqs/dead-letters.ts';
import { decodeWakeUp, encodeWakeUp } from '../../lib/aws/sqs/wake-up-message.ts';
import { redrive as command } from '../../lib/cli/commands/redrive.ts';
import { type RedriveInput, runRedrive } from '../../lib/cli/redrive.ts';
import type { WakeUp } from '../../lib/pipeline/ports.ts';
import { type Engine, engineClientOptions } from '../support/engines/engine.ts';
import { type ProvisionedQueues, provisionQueues } from '../support/engines/provision.ts';
import { startQueueAndObjects } from '../support/engines/queue-and-objects.ts';
import { type Fault, injectFaults, refuse } from '../support/faults.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { RecordingTerminal } from '../support/recording-terminal.ts';
import { runWith } from '../support/run-command.ts';
import { startStacks } from '../support/stacks.ts';

const clock = new ManualClock();
let engine: Engine;
let stacks: Awaited<ReturnType<typeof startStacks>>;
let queues: ProvisionedQueues;
let queueCount = 0;

const newClient = () => createSqsClient({ ...engineClientOptions(engine.url), requestTimeoutMs: 30_000 });

beforeAll(async () => {
  engine = await startQueueAndObjects();
  const urls = await provisionQueues(newClient(), 'of-the-stack');
  stacks = await startStacks({
    Tailgate: { WakeUpQueueUrl: urls.queueUrl, DeadLetterQueueUrl: urls.deadLetterQueueUrl },
  });
});
afterAll(() => Promise.all([engine.stop(), stacks.stop()]));
beforeEach(async () => {
  queueCount += 1;
  queues = await provisionQueues(newClient(), `queue-${queueCount}`);
});

const wakeUp = (index: number, attempt = 0): WakeUp => ({
  dueAtMs: clock.now() - 60_000,
  attempt,
  fragments: [
    { traceId: String(index).padStart(32, '0'), hash: 'a' },
    { traceId: String(index).padStart(32, '0'), hash: 'b' },
  ],
});

async function send(queueUrl: string, bodies: readonly string[]): Promise<void> {
  for (let start = 0; start < bodies.length; start += 10) {
    const Entries = bodies.slice(start, start + 10).map((MessageBody, i) => ({ Id: String(i), MessageBody }));
    await newClient().send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}

const bury = (wakeUps: readonly WakeUp[], ...others: readonly string[]) =>
  send(queues.deadLetterQueueUrl, [...wakeUps.flatMap((each) => encodeWakeUp(each)), ...others]);

/** The bodies that can be received now. They are deleted. */
async function drain(queueUrl: string): Promise<string[]> {
  const client = newClient();
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return bodies.sort();
    bodies.push(...Messages.map(({ Body = '' }) => Body));
    const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}

interface RunOptions {
  /** By how much the clock of this machine is ahead of that of SQS, in milliseconds. */
  readonly aheadMs?: number;
  /** Faults of each command. */
  readonly faults?: Readonly<Record<string, readonly Fault[]>>;
  /** Somebody presses Ctrl-C after so many batches. */
  readonly interruptAfter?: number;
}

/** The answers of the server carry an earlier date than that of this machine. */
function setBackClockOfServer(sqs: SQSClient, byMs: number): void {
  sqs.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      const { headers } = answer.response as { readonly headers: Record<string, string> };
      headers['date'] = new Date(Date.now() - byMs).toUTCString();
      return answer;
    },
    { step: 'deserialize', priority: 'high' },
  );
}

async function run(options: readonly string[], { faults = {}, interruptAfter, aheadMs = 0 }: RunOptions = {}) {
  const sqs = newClient();
  if (aheadMs > 0) setBackClockOfServer(sqs, aheadMs);
  const calls = injectFaults(sqs, '', []);
  for (const [command, list] of Object.entries(faults)) injectFaults(sqs, command, list);
  const batches = () => calls.filter((call) => call === 'DeleteMessageBatchCommand').length;
  const terminal = new RecordingTerminal();
  const signal = terminal.interruption();
  // Somebody presses Ctrl-C while the batch is under way.
  Object.defineProperty(signal, 'aborted', { get: () => interruptAfter !== undefined && batches() >= interruptAfter });
  const own = { now: () => clock.now() + aheadMs };
  const deps = { sqs, cloudFormation: stacks.client, clock: own };
  const ran = await runWith<RedriveInput>(
    command,
    options,
    (input, screen) => runRedrive(input, screen, deps),
    terminal,
  );
  return { code: ran.code, out: ran.lines, complaints: ran.complaints, calls };
}

const redrive = (options: readonly string[] = [], how?: RunOptions) =>
  run(['--queue', queues.queueUrl, '--dead-letters', queues.deadLetterQueueUrl, ...options], how);

describe('redrive', () => {
  it('moves all dead letters, each with all its attempts before it', async () => {
    const wakeUps = Array.from({ length: 120 }, (_, index) => wakeUp(index, index % 3));
    await bury(wakeUps);
    const { code, out, complaints } = await redrive();
    expect({ code, out }).toEqual({ code: 0, out: ['moved: 120 (240 fragments)', 'left: 0', 'unreadable: 0'] });
    expect(complaints).toEqual(['moved 100 of about 120']);
    const moved = (await drain(queues.queueUrl)).map(decodeWakeUp);
    const byTrace = (left: WakeUp, right: WakeUp) =>
      (left.fragments[0]?.traceId ?? '') < (right.fragments[0]?.traceId ?? '') ? -1 : 1;
    expect(moved.sort(byTrace)).toEqual(wakeUps.map((each) => ({ ...each, attempt: 0 })));
    expect(await drain(queues.deadLetterQueueUrl)).toEqual([]);
  });

  it('leaves a wake-up that restores traces one that does', async () => {
    await bury([{ ...wakeUp(1, 3), restores: true, reason: 'why' }]);
    await redrive();
    expect((await drain(queues.queueUrl)).map(decodeWakeUp)).toEqual([{ ...wakeUp(1), restores: true }]);
  });

  it('leaves a wake-up with its tenant', async () => {
    const letters = [wakeUp(1, 3), wakeUp(2, 3), wakeUp(3, 3)];
    const tenants = ['shop', undefined, 'bank'];
    await send(
      queues.deadLetterQueueUrl,
      letters.flatMap((each, index) => encodeWakeUp(each, { ...(tenants[index] && { tenant: tenants[index] }) })),
    );
    await redrive();
    const moved = (await drain(queues.queueUrl)).map(decodeWakeUp);
    expect(moved.map(({ tenant, attempt, fragments }) => [tenant, attempt, fragments])).toEqual(
      expect.arrayContaining(letters.map(({ fragments }, index) => [tenants[index], 0, fragments])),
    );
  });

  it('says why decide set them aside, and does not send that on', async () => {
    await bury([
      { ...wakeUp(1), reason: 'trace 1 has more than 10000 fragments in the buffer; nothing of it is kept' },
    ]);
    const { out } = await redrive(['--dry-run']);
    expect(out).toContain('  trace 1 has more than 10000 fragments in the buffer; nothing of it is kept');
    expect(out.slice(-2)).toEqual([
      'traces:',
      `  ${'1'.padStart(32, '0')}: trace 1 has more than 10000 fragments in the buffer; nothing of it is kept`,
    ]);
    await redrive();
    expect(await drain(queues.queueUrl)).toEqual(encodeWakeUp(wakeUp(1)));
  });

  it('finds the queues of a stack', async () => {
    expect(await run(['--stack', 'Tailgate'])).toMatchObject({
      code: 0,
      out: ['moved: 0 (0 fragments)', 'left: 0', 'unreadable: 0'],
    });
    const { code, complaints } = await run(['--stack', 'Nothing']);
    expect({ code, complaint: complaints[0] }).toMatchObject({
      code: 1,
      complaint: expect.stringMatching(/^error: there is no stack Nothing in eu-central-1/),
    });
  });

  it('sends before it deletes', async () => {
    await bury([wakeUp(1)]);
    const { calls } = await redrive();
    expect(calls.filter((call) => call !== 'GetQueueAttributesCommand')).toEqual([
      'ReceiveMessageCommand',
      'SendMessageBatchCommand',
      'DeleteMessageBatchCommand',
      'ReceiveMessageCommand',
    ]);
  });

  it('deletes nothing that it could not send, and says so', async () => {
    await bury([wakeUp(1)]);
    const faults = { SendMessageBatchCommand: [refuse('AccessDenied', 403)] };
    const { code, out, complaints, calls } = await redrive([], { faults });
    expect({ code, out }).toEqual({ code: 1, out: ['moved: 0 (0 fragments)', 'left: about 1', 'unreadable: 0'] });
    expect(complaints).toEqual(['error: the AWS credentials lack a permission: injected AccessDenied']);
    expect(calls).not.toContain('DeleteMessageBatchCommand');
  });

  it('leaves a wake-up in both queues when it dies in between, and can be run again', async () => {
    await bury([wakeUp(1)]);
    const faults = { DeleteMessageBatchCommand: [refuse('AccessDenied', 403)] };
    expect(await redrive([], { faults })).toMatchObject({
      code: 1,
      out: ['moved: 1 (2 fragments)', 'left: about 0', 'unreadable: 0'],
    });
    expect((await drain(queues.queueUrl)).map(decodeWakeUp)).toEqual([wakeUp(1)]);
    const { code, out } = await redrive();
    expect(code).toBe(0);
    // The first run has received it, and did not come to give it back.
    expect(out).toContain(
      'hidden at the start: about 1, received by another consumer within two minutes; run this again then',
    );
  });

  it('counts what it could not delete', async () => {
    await bury([wakeUp(1), wakeUp(2)]);
    const faults = { DeleteMessageBatchCommand: [async () => ({ Failed: [{ Id: '1', Code: 'InternalError' }] })] };
    const { code, out } = await redrive([], { faults });
    expect(code).toBe(1);
    expect(out).toContain('moved, but could not be deleted: 1; they will be moved again, which does no harm');
  });

  it('leaves what it cannot read where it is, for others to receive at once', async () => {
    await bury([wakeUp(1)], 'hello', '{"v":9}\u202e');
    const { code, out } = await redrive();
    expect(code).toBe(1);
    expect(out.slice(0, 3)).toEqual(['moved: 1 (2 fragments)', 'left: 2', 'unreadable: 2']);
    expect(
      out
        .slice(3)
        .map((line) => line.replace(/ {2}\S+: /, ''))
        .sort(),
    ).toEqual(['wake-up message is not JSON: "hello"', 'wake-up message is not JSON: "{\\"v\\":9}\\u202e"']);
    expect(await drain(queues.deadLetterQueueUrl)).toEqual(['hello', '{"v":9}\u202e']);
  });

  it('moves nothing in a dry run, and leaves all for others to receive at once', async () => {
    const wakeUps = Array.from({ length: 15 }, (_, index) => wakeUp(index));
    await bury(wakeUps, 'hello');
    const { code, out, calls } = await redrive(['--dry-run']);
    expect({ code, out: out.slice(0, 3) }).toEqual({
      code: 1,
      out: ['would move: 15 (30 fragments)', 'left: 16', 'unreadable: 1'],
    });
    expect(calls.filter((call) => /Send|Delete/.test(call))).toEqual([]);
    expect(await drain(queues.deadLetterQueueUrl)).toHaveLength(16);
    expect(await drain(queues.queueUrl)).toEqual([]);
  });

  it('stops after --max, and after the batch under way when it is interrupted', async () => {
    await bury(Array.from({ length: 40 }, (_, index) => wakeUp(index)));
    expect(await redrive(['--max', '13'])).toMatchObject({
      code: 0,
      out: ['moved: 13 (26 fragments)', 'left: about 27', 'unreadable: 0'],
    });
    expect(await redrive([], { interruptAfter: 2 })).toMatchObject({
      code: 130,
      out: ['moved: 20 (40 fragments)', 'left: about 7', 'unreadable: 0'],
    });
    expect(await redrive()).toMatchObject({ code: 0, out: ['moved: 7 (14 fragments)', 'left: 0', 'unreadable: 0'] });
    expect(await drain(queues.queueUrl)).toHaveLength(40);
  });

  const HOUR = 3_600_000;
  /** Their spans arrived so many hours ago. */
  const arrived = (...hours: readonly number[]) =>
    hours.map((ago, index) => ({ ...wakeUp(index), receivedAtMs: clock.now() - ago * HOUR }));

  it('says which are too late and leaves them where they are, for others to receive at once', async () => {
    await bury(arrived(25, 1, 30, 29.5));
    const { code, out } = await redrive();
    expect({ code, out }).toEqual({
      code: 1,
      out: [
        'moved: 1 (2 fragments)',
        'left: 3',
        'unreadable: 0',
        'too late: 3 (6 fragments): their spans left the buffer 1 hour to 6 hours ago',
        '  they stay where they are for 14 days after they were sent first: --discard-expired deletes them',
      ],
    });
    const moved = (await drain(queues.queueUrl)).map(decodeWakeUp);
    expect(moved).toEqual([{ ...wakeUp(1), receivedAtMs: clock.now() - HOUR }]);
    expect(await drain(queues.deadLetterQueueUrl)).toHaveLength(3);
  });

  it('deletes those that are too late if it is told to, and looks only in a dry run', async () => {
    await bury(arrived(24, 23));
    const { code, out } = await redrive(['--dry-run', '--discard-expired']);
    expect({ code, out }).toEqual({
      code: 1,
      out: [
        'would move: 1 (2 fragments)',
        'left: 2',
        'unreadable: 0',
        'hurry: the first spans of these leave the buffer in 1 hour',
        'too late: 1 (2 fragments): their spans left the buffer 0 minutes ago',
        '  they stay where they are for 14 days after they were sent first: --discard-expired deletes them',
        'traces:',
        `  ${'1'.padStart(32, '0')}: no reason given: it was delivered too often`,
        `  ${'0'.padStart(32, '0')}: too late; no reason given: it was delivered too often`,
      ],
    });
    expect(await redrive(['--discard-expired'])).toMatchObject({
      code: 0,
      out: expect.arrayContaining(['left: 0', '  discarded: 1']),
    });
    expect(await drain(queues.queueUrl)).toHaveLength(1);
    expect(await drain(queues.deadLetterQueueUrl)).toEqual([]);
  });

  it('does not take the word of a clock that is a day ahead', async () => {
    await bury(arrived(1));
    const { code, out } = await redrive(['--discard-expired'], { aheadMs: 24 * HOUR });
    expect({ code, out }).toEqual({ code: 0, out: ['moved: 1 (2 fragments)', 'left: 0', 'unreadable: 0'] });
    expect(await drain(queues.queueUrl)).toHaveLength(1);
  });

  it('measures one of version 0.1, which does not say when its spans arrived, by its due time', async () => {
    await bury([{ ...wakeUp(1), dueAtMs: clock.now() - 25 * HOUR }]);
    expect((await redrive()).out).toContain('too late: 1 (2 fragments): their spans left the buffer 1 hour ago');
  });

  it('gives back at once what it could not send', async () => {
    await bury([wakeUp(1), wakeUp(2)]);
    const faults = { SendMessageBatchCommand: [refuse('AccessDenied', 403)] };
    expect(await redrive([], { faults })).toMatchObject({ code: 1 });
    expect(await redrive()).toMatchObject({ code: 0, out: ['moved: 2 (4 fragments)', 'left: 0', 'unreadable: 0'] });
  });
});

describe('each dead letter reaches the queue at least once, and is removed only after', () => {
  /** What is in the queue or still a dead letter, hidden ones included, by trace ID. */
  async function whereabouts() {
    const inQueue = (await drain(queues.queueUrl)).map(decodeWakeUp);
    const client = newClient();
    // What a killed run has received is hidden from everybody else for two minutes.
    const { total } = await new SqsDeadLetters({ client, queueUrl: queues.deadLetterQueueUrl, clock }).count();
    return {
      sent: new Set(inQueue.map(({ fragments }) => fragments[0]?.traceId)),
      left: total,
      inQueue: inQueue.length,
    };
  }

  it('when two runs work at once', async () => {
    await bury(Array.from({ length: 60 }, (_, index) => wakeUp(index)));
    const runs = await Promise.all([redrive(), redrive()]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(await whereabouts()).toEqual({ sent: new Set(sentIds(60)), left: 0, inQueue: 60 });
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    'when the process gets %s',
    { timeout: 20_000 },
    async (signal) => {
      const count = 60;
      await bury(Array.from({ length: count }, (_, index) => ({ ...wakeUp(index), dueAtMs: Date.now() })));
      // The host of these URLs does not exist.
      const [queueUrl = '', lettersUrl = ''] = [queues.queueUrl, queues.deadLetterQueueUrl].map(
        (url) => new URL(new URL(url).pathname, engine.url).href,
      );
      const argv = ['bin/tailgate.mjs', 'redrive', '--queue', queueUrl, '--dead-letters', lettersUrl];
      const child = spawn(process.execPath, argv, {
        env: { ...process.env, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const output = text(child.stdout);
      const exited = once(child, 'exit');
      const queue = new SqsDeadLetters({ client: newClient(), queueUrl: queues.queueUrl, clock });
      while ((await queue.count()).total === 0 && child.exitCode === null) await setTimeout(2);
      child.kill(signal);
      const [code, killedBy] = await exited;
      const { sent, left, inQueue } = await whereabouts();
      // It is between two batches, or between sending one and deleting it.
      expect(sent.size).toBe(inQueue);
      expect(inQueue).toBeGreaterThan(0);
      expect(inQueue + left).toBeGreaterThanOrEqual(count);
      if (signal === 'SIGKILL') {
        expect(killedBy).toBe(signal);
        expect(inQueue + left).toBeLessThanOrEqual(count + 10);
      } else {
        // In good order: nothing is in both, and it says how much there is of each.
        expect(inQueue + left).toBe(count);
        expect(left === 0 ? 0 : 130).toBe(code);
        expect(await output).toContain(`moved: ${inQueue} (${2 * inQueue} fragments)`);
      }
      // The rest, by a second run.
      const ids = new Set(sent);
      if (signal !== 'SIGKILL') {
        expect(await redrive()).toMatchObject({ code: 0 });
        for (const id of (await whereabouts()).sent) ids.add(id);
        expect(ids).toEqual(new Set(sentIds(count)));
      }
    },
  );

  it('whichever call fails for good, and however often it is run again', { timeout: 60_000 }, async () => {
    for (const command of ['ReceiveMessageCommand', 'SendMessageBatchCommand', 'DeleteMessageBatchCommand']) {
      for (const at of [0, 1]) {
        queues = await provisionQueues(newClient(), `queue-${command}-${at}`);
        await bury(Array.from({ length: 15 }, (_, index) => wakeUp(index)));
        const calls = Array.from(
          { length: at },
          () =>
            ({ proceed }: { proceed(): Promise<object> }) =>
              proceed(),
        );
        const { code } = await redrive([], { faults: { [command]: [...calls, refuse('AccessDenied', 403)] } });
        expect(code).toBe(1);
        const { sent, left } = await whereabouts();
        expect(sent.size + left).toBeGreaterThanOrEqual(15);
      }
    }
  });
});

const sentIds = (count: number) => Array.from({ length: count }, (_, index) => String(index).padStart(32, '0'));

describe('the arguments of redrive', () => {
  it.each([
    [['--queue', 'a'], 'expected --queue and --dead-letters, or neither'],
    [['--stack', 'a', '--queue', 'b'], 'expected --queue and --dead-letters, or neither'],
    [
      ['--stack', 'a', '--queue', 'b', '--dead-letters', 'c'],
      'expected one of --data, --stack, --queue, got --stack and --queue',
    ],
    [['--data', 'a', '--stack', 'b'], 'expected one of --data, --stack, --queue, got --data and --stack'],
    [['--queue', 'a', '--dead-letters', 'a'], '--queue and --dead-letters are the same queue'],
    [['--stack', 'a', '--max', '0'], '--max is "0": expected a whole number from 1'],
    [['--stack', 'a', '--max', 'many'], '--max is "many": expected a whole number from 1'],
    [['--stack', 'a', '--stak', 'a'], 'unknown option --stak; did you mean "--stack"?'],
    [['--stack', 'a', 'Tailgate'], 'unexpected argument "Tailgate"'],
  ])('%j are refused with a reason', async (argv, reason) => {
    const { code, complaints, calls } = await run(argv);
    expect({ code, calls }).toEqual({ code: 2, calls: [] });
    expect(complaints).toEqual([`error: ${reason}`, 'tailgate redrive --help shows what it takes']);
  });
});
