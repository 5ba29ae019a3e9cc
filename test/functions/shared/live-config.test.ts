import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ConfigRefusal, LiveConfig, NoValidConfigError } from '../../../functions/shared/live-config.ts';
import { ConfigParameter } from '../../../lib/aws/ssm/config-parameter.ts';
import { UnavailableError } from '../../../lib/pipeline/ports.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { ParameterStore } from '../../support/parameter-store.ts';
import { RecordingLog } from '../../support/recording-log.ts';

const NAME = '/tailgate/shop/policies';
const yaml = (wait: string) => `decision_wait: ${wait}\npolicies: [{ name: all, type: always_sample }]`;
const BROKEN = 'decision_wait: soon\npolicies: [{ name: all, type: allways_sample }]';

let store: ParameterStore;

beforeAll(async () => {
  store = await ParameterStore.start();
});
afterAll(() => store.stop());
beforeEach(() => {
  store.remove(NAME);
  store.outage = undefined;
  store.calls.length = 0;
});

/** A function instance after its cold start. */
function instance() {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const refusals: ConfigRefusal[] = [];
  const parameter = new ConfigParameter({
    client: store.client(),
    name: NAME,
    clock,
    retryPolicy: instantRetryPolicy(clock),
  });
  const config = new LiveConfig(
    { parameter, clock, log, onConfigRefused: (refusal) => refusals.push(refusal) },
    { waitFromAgeMs: 60_000 },
  );
  return { clock, log, refusals, waitMs: async () => (await config.current()).decisionWaitMs };
}

const messages = (log: RecordingLog) => log.entries.map(({ message }) => message);

describe('the live configuration', () => {
  it('is the newest version, read with one call and again once a minute', async () => {
    store.set(NAME, yaml('10s'));
    const { clock, waitMs, log } = instance();
    expect(await Promise.all([waitMs(), waitMs()])).toEqual([10_000, 10_000]);
    store.set(NAME, yaml('20s'));
    clock.advance(59_999);
    expect(await waitMs()).toBe(10_000);
    clock.advance(1);
    expect(await waitMs()).toBe(20_000);
    expect(store.calls).toEqual(Array(2).fill(`GetParameter ${NAME}`));
    expect(log.entries.map(({ fields }) => fields)).toEqual([
      { parameter: NAME, version: 1, policies: 1 },
      { parameter: NAME, version: 2, policies: 1 },
    ]);
  });

  it('says nothing when nothing has changed', async () => {
    store.set(NAME, yaml('10s'));
    const { clock, waitMs, log } = instance();
    await waitMs();
    clock.advance(60_000);
    expect(await waitMs()).toBe(10_000);
    expect(messages(log)).toEqual(['configuration in use']);
  });

  it('stays in use with a warning when a processor beside tail_sampling is not run, as an earlier version took it', async () => {
    store.set(
      NAME,
      `processors: { tail_sampling: { ${yaml('10s').replace('\n', ', ')} } }
service: { pipelines: { traces: { receivers: [otlp], processors: [redaction, tail_sampling], exporters: [otlp] } } }`,
    );
    const { waitMs, log, refusals } = instance();
    expect(await waitMs()).toBe(10_000);
    expect(refusals).toEqual([]);
    expect(log.entries).toMatchObject([
      {
        message: 'configuration in use',
        fields: { warnings: [{ path: 'service.pipelines.traces.processors[0]', line: 2 }] },
      },
    ]);
  });

  it('refuses a version with errors, says what is wrong, and goes on with the last good one', async () => {
    store.set(NAME, yaml('10s'));
    const { clock, waitMs, log, refusals } = instance();
    await waitMs();
    store.set(NAME, BROKEN);
    for (let minute = 0; minute < 3; minute++) {
      clock.advance(60_000);
      expect(await waitMs()).toBe(10_000);
    }
    const refusal = {
      parameter: NAME,
      version: 2,
      usedVersion: 1,
      issues: [
        { path: 'decision_wait', line: 1, message: expect.stringContaining('"soon"') },
        { path: 'policies[0].type', line: 2, message: expect.stringContaining('did you mean "always_sample"?') },
      ],
    };
    expect(log.entries.filter(({ message }) => message === 'configuration refused')).toEqual([
      { message: 'configuration refused', fields: refusal },
    ]);
    expect(refusals).toEqual([refusal, refusal, refusal]);

    store.set(NAME, yaml('30s'));
    clock.advance(60_000);
    expect(await waitMs()).toBe(30_000);
  });

  it('goes back to the newest valid version on a cold start', async () => {
    for (const text of [yaml('1s'), yaml('2s'), BROKEN, 'gzip:no', BROKEN]) store.set(NAME, text);
    const { waitMs, refusals } = instance();
    expect(await waitMs()).toBe(2_000);
    expect(store.calls).toEqual(['', ':4', ':3', ':2'].map((version) => `GetParameter ${NAME}${version}`));
    expect(refusals).toMatchObject([{ version: 5, usedVersion: 2 }]);
  });

  it.each([
    ['a condition', `span: ["${'('.repeat(3800)}true${')'.repeat(3800)}"]`],
    ['YAML', `span: ${'['.repeat(3800)}${']'.repeat(3800)}`],
    ['maps as keys', `span: ${'? '.repeat(3000)}`],
  ])('goes back on a cold start from %s that is nested too deep', async (_, span) => {
    store.set(NAME, yaml('1s'));
    store.set(NAME, `policies:\n- name: a\n  type: ottl_condition\n  ottl_condition:\n    ${span}`);
    const { waitMs, refusals } = instance();
    expect(await waitMs()).toBe(1000);
    expect(refusals).toMatchObject([{ version: 2, usedVersion: 1 }]);
  });

  it('is an error when none of the last versions is valid', async () => {
    store.set(NAME, yaml('1s'));
    for (let version = 2; version <= 12; version++) store.set(NAME, BROKEN);
    const { waitMs, refusals } = instance();
    await expect(waitMs()).rejects.toThrow(NoValidConfigError);
    await expect(waitMs()).rejects.toThrow(/version 12: decision_wait: .*"soon".*; policies\[0\]\.type: /);
    expect(refusals[0]).toMatchObject({ version: 12, usedVersion: undefined });
    store.set(NAME, yaml('3s'));
    expect(await waitMs()).toBe(3_000);
  });

  it('is an error when there is no parameter', async () => {
    await expect(instance().waitMs()).rejects.toThrow(`there is no SSM parameter ${NAME} in this account and region`);
  });

  it.each([
    { status: 400, type: 'ThrottlingException' },
    { status: 500, type: 'InternalServerError' },
    { status: 400, type: 'AccessDeniedException' },
  ])('stays during an outage ($type), with a warning', async (outage) => {
    store.set(NAME, yaml('10s'));
    const { clock, waitMs, log } = instance();
    await waitMs();
    store.set(NAME, yaml('20s'));
    store.outage = outage;
    clock.advance(60_000);
    expect(await waitMs()).toBe(10_000);
    expect(messages(log)).toEqual(['configuration in use', 'configuration cannot be refreshed']);
    store.outage = undefined;
    clock.advance(10_000);
    expect(await waitMs()).toBe(20_000);
  });

  it('is an error during an outage at the cold start, and only then', async () => {
    store.set(NAME, yaml('10s'));
    store.outage = { status: 400, type: 'ThrottlingException' };
    const { waitMs } = instance();
    await expect(waitMs()).rejects.toThrow(UnavailableError);
    store.outage = undefined;
    expect(await waitMs()).toBe(10_000);
  });

  it('follows a parameter that was deleted and made again', async () => {
    store.set(NAME, yaml('10s'));
    const { clock, waitMs } = instance();
    await waitMs();
    store.remove(NAME);
    store.set(NAME, yaml('20s'));
    clock.advance(60_000);
    expect(await waitMs()).toBe(20_000);
  });
});
