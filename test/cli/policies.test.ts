import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { policies as command } from '../../lib/cli/commands/policies.ts';
import { type PoliciesInput, runPolicies } from '../../lib/cli/policies.ts';
import { unreadableFile } from '../../lib/terminal/read-file.ts';
import { ParameterStore } from '../support/parameter-store.ts';
import { runWith } from '../support/run-command.ts';
import { startStacks } from '../support/stacks.ts';

const NAME = '/tailgate/shop/policies';
const OLD = 'policies: [{ name: all, type: always_sample }]\n';
const NEW = 'num_traces: 5\npolicies: [{ name: slow, type: latency, latency: { threshold_ms: 1000 } }]\n';
const BROKEN = 'policies: [{ name: slow, type: latancy }]\n';

let store: ParameterStore;
let stacks: Awaited<ReturnType<typeof startStacks>>;

beforeAll(async () => {
  store = await ParameterStore.start();
  stacks = await startStacks({ Tailgate: { PoliciesParameter: NAME }, Other: {} });
});
afterAll(() => Promise.all([store.stop(), stacks.stop()]));
beforeEach(() => {
  store.remove(NAME);
  store.set(NAME, OLD);
});

async function policies(argv: readonly string[], options: { files?: Record<string, string>; ssm?: SSMClient } = {}) {
  const deps = {
    ssm: options.ssm ?? store.client(),
    cloudFormation: stacks.client,
    read(file: string) {
      const text = options.files?.[file];
      if (text === undefined) throw unreadableFile(file, new Error('it is only here'));
      return new TextEncoder().encode(text);
    },
  };
  const ran = await runWith<PoliciesInput>(command, argv, (input, terminal) => runPolicies(input, terminal, deps));
  return { code: ran.code, out: ran.lines.join('\n'), complaints: ran.complaints.join('\n') };
}

describe('policies', () => {
  it('puts a valid file as the next version of the parameter of the stack, with its warnings', async () => {
    const { code, out, complaints } = await policies(['put', 'new.yaml', '--stack', 'Tailgate'], {
      files: { 'new.yaml': NEW },
    });
    expect({ code, out }).toEqual({
      code: 0,
      out: `stored as version 2 of ${NAME}; running functions use it within a minute`,
    });
    expect(complaints).toMatch(/^new\.yaml:1: warning: num_traces: is ignored/);
    expect(store.value(NAME)).toBe(NEW);
  });

  it('refuses a file with errors, and stores nothing', async () => {
    const { code, complaints } = await policies(['put', 'b.yaml', '--stack', 'Tailgate'], {
      files: { 'b.yaml': BROKEN },
    });
    expect(code).toBe(1);
    expect(complaints).toMatch(
      /^b\.yaml:1: error: policies\[0\]\.type: .*did you mean "latency"\?\n[\s\S]*nothing was stored$/,
    );
    expect(store.value(NAME)).toBe(OLD);
  });

  it('refuses a Collector file with another processor, unless it is ignored knowingly', async () => {
    const fileWith = (tailgate: string) =>
      `processors: { tail_sampling: { policies: [{ name: all, type: always_sample }]${tailgate} } }
service: { pipelines: { traces: { receivers: [otlp], processors: [redaction, tail_sampling], exporters: [otlp] } } }\n`;
    const args = ['put', 'a.yaml', '--stack', 'Tailgate'];
    const refused = await policies(args, { files: { 'a.yaml': fileWith('') } });
    expect(refused.code).toBe(1);
    expect(refused.complaints).toMatch(/^a\.yaml:2: error: service\.pipelines\.traces\.processors\[0\]: "redaction" /);
    expect(refused.complaints).toMatch(/nothing was stored$/);
    const ignored = fileWith(', tailgate: { ignore_processors: [redaction] }');
    const stored = await policies(args, { files: { 'a.yaml': ignored } });
    expect(stored).toMatchObject({ code: 0, out: expect.stringMatching(/^stored as version/) });
    expect(stored.complaints).toContain('a.yaml:2: note: service.pipelines.traces.exporters[0]: ');
  });

  it('stores no version that is the same', async () => {
    const { code, out } = await policies(['put', '-', '--parameter', NAME], { files: { '-': OLD } });
    expect({ code, out }).toEqual({ code: 0, out: `version 1 of ${NAME} is the same: nothing to store` });
  });

  it('compresses a long file, and shows it as it was', async () => {
    const long = `${'# a comment\n'.repeat(1000)}${OLD}`;
    await policies(['put', 'long.yaml', '--parameter', NAME], { files: { 'long.yaml': long } });
    expect(store.value(NAME)).toMatch(/^gzip:/);
    expect((await policies(['show', '--stack', 'Tailgate'])).out).toBe(long.trimEnd());
  });

  it('repairs a parameter that somebody has broken by hand', async () => {
    store.set(NAME, 'gzip:no');
    expect((await policies(['put', '-', '--parameter', NAME], { files: { '-': NEW } })).code).toBe(0);
    expect(store.value(NAME)).toBe(NEW);
  });

  it('shows an old version', async () => {
    store.set(NAME, NEW);
    expect(await policies(['show', '--version', '1', '--stack', 'Tailgate'])).toEqual({
      code: 0,
      out: OLD.trimEnd(),
      complaints: `version 1 of ${NAME}`,
    });
    const none = await policies(['show', '--version', '9', '--stack', 'Tailgate']);
    expect(none).toMatchObject({ code: 1, complaints: expect.stringContaining('has no version 9') });
  });

  it('lists the versions, newest first, with those that functions refuse', async () => {
    store.set(NAME, BROKEN);
    store.set(NAME, NEW);
    expect((await policies(['history', '--stack', 'Tailgate'])).out.split('\n')).toEqual([
      '   3  2026-11-21T12:00:00.000Z  valid    arn:aws:iam::1:user/a',
      '   2  2026-11-21T12:00:00.000Z  refused  arn:aws:iam::1:user/a',
      '   1  2026-11-21T12:00:00.000Z  valid    arn:aws:iam::1:user/a',
    ]);
  });

  it.each([
    [['put', 'a.yaml', '--stack', 'None'], 'there is no stack None in eu-central-1: check its name'],
    [['show', '--stack', 'Other'], 'stack Other (CREATE_COMPLETE) has no output PoliciesParameter (SSM parameter with'],
    [['show', '--parameter', '/none'], 'there is no SSM parameter /none in this account and region'],
    [['history', '--parameter', '/none'], 'there is no SSM parameter /none in this account and region'],
    [['put', 'none.yaml', '--stack', 'Tailgate'], 'none.yaml cannot be read: it is only here'],
  ])('explains what is missing: %j', async (argv, message) => {
    const { code, complaints } = await policies(argv, { files: { 'a.yaml': NEW } });
    expect({ code, complaints }).toEqual({ code: 1, complaints: expect.stringContaining(`error: ${message}`) });
  });

  it.each([
    [[], 'policies: expected show, put or history, got nothing'],
    [['set'], 'policies: expected show, put or history, got "set"'],
    [['put', '--stack', 'a'], 'FILE is missing: the file to store'],
    [['show', 'x', '--stack', 'a'], 'unexpected argument "x"'],
    [['show'], 'expected --stack or --parameter'],
    [['show', '--stack', 'a', '--parameter', 'b'], 'expected one of --stack and --parameter, got 2'],
    [['history', '--version', '1', '--stack', 'a'], '--version belongs to "policies show", not to history'],
    [['show', '--version', '0', '--stack', 'a'], '--version is "0": expected a whole number from 1'],
    [['show', '--stak', 'a'], 'unknown option --stak; did you mean "--stack"?'],
  ])('answers %j with what is wrong, and where to look', async (argv, message) => {
    const { code, complaints } = await policies(argv);
    expect(code).toBe(2);
    expect(complaints).toContain(`error: ${message}`);
    expect(complaints).toMatch(/\ntailgate policies --help shows what it takes$/);
  });

  it.each([
    [
      'no credentials',
      () => Promise.reject(Object.assign(new Error('x'), { name: 'CredentialsProviderError' })),
      'no AWS credentials',
    ],
    [
      'expired ones',
      () => Promise.reject(Object.assign(new Error('x'), { name: 'ExpiredTokenException' })),
      'have expired',
    ],
  ])('explains %s', async (_, credentials, message) => {
    const ssm = new SSMClient({ region: 'us-east-1', endpoint: store.url, credentials });
    expect(await policies(['show', '--parameter', NAME], { ssm })).toMatchObject({
      code: 1,
      complaints: expect.stringContaining(message),
    });
  });

  it('runs as a process, and says when there is no region', async () => {
    const env = { PATH: process.env['PATH'], AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
    const running = promisify(execFile)(
      process.execPath,
      ['bin/tailgate.mjs', 'policies', 'show', '--parameter', NAME],
      { env },
    );
    await expect(running).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no AWS region: set AWS_REGION'),
    });
  });
});
