import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StoredKeys } from '../../../functions/ingest/keys.ts';
import { createIngestKey, hashKey } from '../../../lib/aws/ssm/ingest-key.ts';
import { KeyParameters } from '../../../lib/aws/ssm/ingest-keys.ts';
import { UnavailableError } from '../../../lib/pipeline/ports.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { ParameterStore } from '../../support/parameter-store.ts';
import { RecordingLog } from '../../support/recording-log.ts';

const PATH = '/tailgate/shop/keys';
const OUTAGE = { status: 400, type: 'ThrottlingException' };

let store: ParameterStore;

beforeAll(async () => {
  store = await ParameterStore.start();
});
afterAll(() => store.stop());
beforeEach(() => {
  for (const name of store.names()) store.remove(name);
  store.outage = undefined;
  store.calls.length = 0;
});

function instance({ hasTenants = false, purpose = 'ingest' as 'ingest' | 'read' } = {}) {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const parameters = new KeyParameters({
    client: store.client(),
    path: PATH,
    clock,
    retryPolicy: instantRetryPolicy(clock),
  });
  const keys = new StoredKeys({ parameters, clock, log }, { hasTenants, purpose });
  const check = (key: string) => keys.authorize({ 'x-api-key': key });
  return { clock, log, keys, check };
}

/** Stores a new key, as another machine would. */
function add(tenant?: string): { id: string; key: string } {
  const created = createIngestKey();
  store.set(`${PATH}/${created.id}`, JSON.stringify({ hash: hashKey(created.key), tenant }));
  return created;
}

const ACCEPTED = { tenant: undefined };
const reads = () => store.calls.filter((call) => call === `GetParametersByPath ${PATH}`).length;

describe('the stored keys', () => {
  it('are all accepted, in both headers, and nothing else is', async () => {
    const keys = Array.from({ length: 25 }, () => add().key);
    store.set(`${PATH}/deeper/${createIngestKey().id}`, '{}');
    const { keys: stored, check } = instance();
    for (const key of keys) expect(await check(key)).toMatchObject(ACCEPTED);
    expect(await stored.authorize({ authorization: `Bearer ${keys[20]}` })).toMatchObject(ACCEPTED);
    expect(await stored.authorize({})).toBeUndefined();
    expect(await check(`${keys[0]}x`)).toBeUndefined();
    expect(reads()).toBe(3);
  });

  it('refuse a known ID with another secret, without reading again', async () => {
    const { id, key } = add();
    const { check, clock } = instance();
    expect(await check(key)).toMatchObject(ACCEPTED);
    clock.advance(30_000);
    expect(await check(`tg_${id}_${'a'.repeat(32)}`)).toBeUndefined();
    expect(reads()).toBe(1);
  });

  it('are refused once they are revoked, within the minute that follows', async () => {
    const { id, key } = add();
    const { check, clock } = instance();
    await check(key);
    store.remove(`${PATH}/${id}`);
    clock.advance(120_000);
    expect(await check(key)).toBeUndefined();
  });

  it('are accepted as soon as they exist', async () => {
    add();
    const { check, clock } = instance();
    await check(createIngestKey().key);
    const { key } = add();
    clock.advance(10_000);
    expect(await check(key)).toMatchObject(ACCEPTED);
  });

  it('are not read again for each of many bad keys', async () => {
    add();
    const { check, clock } = instance();
    for (let second = 0; second < 30; second++) {
      await Promise.all(Array.from({ length: 5 }, () => check(createIngestKey().key)));
      await check('no key of ours');
      clock.advance(1000);
    }
    expect(reads()).toBe(3);
  });

  it('refuse everything when there are none, and say what to do', async () => {
    const { check, log, clock } = instance();
    expect(await check(createIngestKey().key)).toBeUndefined();
    clock.advance(10_000);
    expect(await check(createIngestKey().key)).toBeUndefined();
    expect(log.entries).toEqual([
      {
        message: 'there are no ingest keys: everything is refused',
        fields: { path: PATH, hint: expect.stringContaining('tailgate keys create') },
      },
    ]);
  });

  it('for reading say that they are', async () => {
    const { check, log } = instance({ purpose: 'read' });
    expect(await check(createIngestKey().key)).toBeUndefined();
    store.set(`${PATH}/aaaaaaaa`, '{}');
    const { check: checkNow, log: logNow } = instance({ purpose: 'read' });
    expect(await checkNow(createIngestKey().key)).toBeUndefined();
    expect([...log.entries, ...logNow.entries].map(({ message, fields }) => [message, fields['hint']])).toEqual([
      ['there are no read keys: everything is refused', 'create one: tailgate keys create --read --stack NAME'],
      ['read key skipped', undefined],
      ['there are no read keys: everything is refused', expect.stringContaining('--read')],
    ]);
  });

  it('skip malformed ones, with one error each that does not show them', async () => {
    const { key } = add();
    store.set(`${PATH}/aaaaaaaa`, 'tg_aaaaaaaa_a_plain_secret');
    const { check, log, clock } = instance();
    expect(await check(key)).toMatchObject(ACCEPTED);
    clock.advance(120_000);
    expect(await check(key)).toMatchObject(ACCEPTED);
    expect(reads()).toBe(2);
    expect(log.entries).toEqual([
      { message: 'ingest key skipped', fields: { parameter: `${PATH}/aaaaaaaa`, problem: 'the value is not JSON' } },
    ]);
  });

  it.each([
    { hasTenants: true, good: 'shop', bad: undefined, problem: /^it has no tenant/ },
    { hasTenants: false, good: undefined, bad: 'shop', problem: /^it has a tenant/ },
  ])(
    'have a tenant exactly where the pipeline has tenants ($hasTenants)',
    async ({ hasTenants, good, bad, problem }) => {
      const [accepted, skipped] = [add(good), add(bad)];
      const { check, log } = instance({ hasTenants });
      expect(await check(accepted.key)).toMatchObject({ tenant: good });
      expect(await check(skipped.key)).toBeUndefined();
      expect(log.entries.map(({ fields }) => fields['problem'])).toEqual([expect.stringMatching(problem)]);
    },
  );

  it('go by the first key where a request has two', async () => {
    const [one, other] = [add('one'), add('other')];
    const { keys } = instance({ hasTenants: true });
    const both = { 'x-api-key': other.key, authorization: `Bearer ${one.key}` };
    expect(await keys.authorize(both)).toMatchObject({ tenant: 'other' });
  });

  it('cannot be told wrong during an outage at the cold start, and work after it', async () => {
    const { key } = add();
    store.outage = OUTAGE;
    const { check, keys } = instance();
    await keys.warmUp();
    await expect(check(key)).rejects.toThrow(UnavailableError);
    store.outage = undefined;
    expect(await check(key)).toMatchObject(ACCEPTED);
  });

  it('go on as they were during a later outage; who is not known then may be new', async () => {
    const { key } = add();
    const { check, clock, log } = instance();
    await check(key);
    store.outage = OUTAGE;
    clock.advance(120_000);
    expect(await check(key)).toMatchObject(ACCEPTED);
    await expect(check(add().key)).rejects.toThrow(UnavailableError);
    expect(await check('no key of ours')).toBeUndefined();
    expect(log.entries[0]?.message).toBe('ingest keys cannot be refreshed');
  });
});
