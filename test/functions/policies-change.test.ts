import { afterAll, beforeAll, expect, it } from 'vitest';
import { LiveConfig } from '../../functions/shared/live-config.ts';
import { ConfigParameter } from '../../lib/aws/ssm/config-parameter.ts';
import { exportRequest, traceIdOf } from '../support/export-request.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ParameterStore } from '../support/parameter-store.ts';
import { RecordingLog } from '../support/recording-log.ts';
import { type Deployed, deploy } from './support/deployed.ts';

const NAME = '/tailgate/shop/policies';
const ERRORS = `decision_wait: 1s
policies: [{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }]`;
const PAYMENTS = `decision_wait: 1s
policies: [{ name: payments, type: string_attribute, string_attribute: { key: service.name, values: [payment] } }]`;

const clock = new ManualClock();
const log = new RecordingLog();
let store: ParameterStore;
let tailgate: Deployed;
let parameter: ConfigParameter;

beforeAll(async () => {
  store = await ParameterStore.start();
  parameter = new ConfigParameter({ client: store.client(), name: NAME, clock });
  await parameter.put(ERRORS);
  tailgate = await deploy({ config: new LiveConfig({ parameter, clock, log }), log });
});
afterAll(async () => {
  await tailgate.stop();
  await store.stop();
});

/** A failing trace of one service and a healthy one of the payment service. */
async function sendBoth(failing: string, healthy: string): Promise<void> {
  const spans = [
    { trace: failing, span: '1', error: true },
    { trace: healthy, span: '2', service: 'payment' },
  ];
  expect(await tailgate.send(exportRequest(spans))).toBe(200);
}

async function kept(): Promise<unknown> {
  const lines = (await tailgate.archive()).flatMap((object) => object.lines);
  return Object.fromEntries(lines.map((line) => [line.trace_id, line.sampling_policy]));
}

it('decides traces that were waiting when the policies changed by the new ones, and loses none', async () => {
  await sendBoth('a1', 'a2');
  await tailgate.decideNext();
  expect(await kept()).toEqual({ [traceIdOf('a1')]: 'errors' });

  await sendBoth('b1', 'b2');
  await parameter.put(PAYMENTS);
  clock.advance(120_000);
  await tailgate.decideNext();
  expect(await kept()).toEqual({ [traceIdOf('a1')]: 'errors', [traceIdOf('b2')]: 'payments' });

  await sendBoth('c1', 'c2');
  store.set(NAME, PAYMENTS.replace('string_attribute', 'stringattribute'));
  clock.advance(120_000);
  await tailgate.decideNext();
  expect(await kept()).toMatchObject({ [traceIdOf('c2')]: 'payments' });
  expect(log.entries.map(({ message }) => message)).toContain('configuration refused');
});
