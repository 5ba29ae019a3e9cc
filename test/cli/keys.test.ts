import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashKey } from '../../lib/aws/ssm/ingest-key.ts';
import { keys as command } from '../../lib/cli/commands/keys.ts';
import { type KeysInput, runKeys } from '../../lib/cli/keys.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { ParameterStore } from '../support/parameter-store.ts';
import { runWith } from '../support/run-command.ts';
import { startStacks } from '../support/stacks.ts';

const PATH = '/tailgate/shop/keys';
const READ_PATH = '/tailgate/shop/read-keys';
const URL = 'https://abc.lambda-url.eu-central-1.on.aws';
const READ_URL = 'https://def.lambda-url.eu-central-1.on.aws';

const clock = new ManualClock();
let store: ParameterStore;
let stacks: Awaited<ReturnType<typeof startStacks>>;

beforeAll(async () => {
  store = await ParameterStore.start();
  stacks = await startStacks({
    Tailgate: { KeysPath: PATH, IngestUrl: `${URL}/` },
    Open: { KeysPath: 'none', IngestUrl: URL },
    Reading: { KeysPath: 'none', IngestUrl: URL, ReadKeysPath: READ_PATH, ReadUrl: `${READ_URL}/` },
  });
});
afterAll(() => Promise.all([store.stop(), stacks.stop()]));
beforeEach(() => {
  for (const name of store.names()) store.remove(name);
});

async function keys(...argv: string[]) {
  const deps = { ssm: store.client(), cloudFormation: stacks.client, clock };
  const ran = await runWith<KeysInput>(command, argv, (input, terminal) => runKeys(input, terminal, deps));
  return { code: ran.code, out: ran.lines, complaints: ran.complaints.join('\n') };
}

describe('keys', () => {
  it('creates a key, prints it once with what an exporter needs, and stores its hash', async () => {
    const { code, out } = await keys('create', '--note', 'cart', '--stack', 'Tailgate');
    expect(code).toBe(0);
    expect(out).toEqual([
      `export OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${URL}/v1/traces`,
      expect.stringMatching(/^export OTEL_EXPORTER_OTLP_TRACES_HEADERS=x-api-key=tg_[a-z2-7]{8}_[a-z2-7]{32}$/),
    ]);
    const key = out[1]?.split('=')[2] ?? '';
    const name = `${PATH}/${key.split('_')[1]}`;
    expect(store.names()).toEqual([name]);
    expect(JSON.parse(store.value(name) ?? '')).toEqual({
      hash: hashKey(key),
      createdAt: '2026-11-21T12:00:00.000Z',
      note: 'cart',
    });
  });

  it('creates a key of a tenant, and warns where keys with and without one meet', async () => {
    expect(await keys('create', '--tenant', 'shop', '--path', PATH)).toMatchObject({
      code: 0,
      complaints: expect.stringMatching(/^key \w{8} of tenant shop, shown this once/),
    });
    const mixed = await keys('create', '--path', PATH);
    expect(mixed.complaints).toContain('warning: other keys have a tenant');
    expect((await keys('create', '--tenant', 'a', '--path', PATH)).complaints).toContain('other keys have no tenant');
  });

  it('lists the keys, oldest first, without a hash', async () => {
    const hash = 'ab'.repeat(32);
    store.set(`${PATH}/bbbbbbbb`, JSON.stringify({ hash, createdAt: '2026-11-21T10:59:00Z', note: 'a\u001b[31mb' }));
    store.set(`${PATH}/aaaaaaaa`, JSON.stringify({ hash, createdAt: '2026-11-01T12:00:00Z', tenant: 'shop' }));
    store.set(`${PATH}/cccccccc`, 'a secret');
    expect((await keys('list', '--stack', 'Tailgate')).out).toEqual([
      'ID        TENANT  AGE   NOTE',
      'cccccccc  -       -     not usable: the value is not JSON',
      'aaaaaaaa  shop    20 d',
      'bbbbbbbb  -       1 h   a\\u001b[31mb',
    ]);
  });

  it('says what it means that there are none', async () => {
    const { code, complaints } = await keys('list', '--path', PATH);
    expect({ code, complaints }).toEqual({ code: 0, complaints: expect.stringContaining('everything is refused') });
  });

  it('revokes a key, once', async () => {
    store.set(`${PATH}/aaaaaaaa`, '{}');
    expect(await keys('revoke', 'aaaaaaaa', '--stack', 'Tailgate')).toMatchObject({ code: 0 });
    expect(store.names()).toEqual([]);
    expect(await keys('revoke', 'aaaaaaaa', '--path', PATH)).toMatchObject({
      code: 1,
      complaints: expect.stringContaining(`there is no key aaaaaaaa under ${PATH}`),
    });
  });

  it('has nothing to do for a pipeline that takes everything', async () => {
    const { code, complaints } = await keys('create', '--stack', 'Open');
    expect({ code, complaints }).toEqual({ code: 1, complaints: expect.stringContaining('allowUnauthenticated') });
  });

  it('creates, lists and revokes read keys apart from the others, also where spans need none', async () => {
    const { code, out, complaints } = await keys('create', '--read', '--tenant', 'shop', '--stack', 'Reading');
    expect(code).toBe(0);
    expect(out).toEqual([expect.stringMatching(/^tg_[a-z2-7]{8}_[a-z2-7]{32}$/)]);
    expect(complaints).toMatch(/^read key \w{8} of tenant shop, shown this once; for https:\/\/def\./);
    const [, id = ''] = out[0]?.split('_') ?? [];
    expect(store.names()).toEqual([`${READ_PATH}/${id}`]);
    expect(store.value(`${READ_PATH}/${id}`)).toContain(hashKey(out[0] ?? ''));
    expect((await keys('list', '--read', '--stack', 'Reading')).out[1]).toMatch(new RegExp(`^${id}  shop`));
    expect(await keys('revoke', id, '--read', '--stack', 'Reading')).toMatchObject({ code: 0 });
    expect(store.names()).toEqual([]);
    expect((await keys('create', '--read', '--path', READ_PATH)).out).toHaveLength(1);
  });

  it('says how a pipeline gets a page to read from', async () => {
    const { code, complaints } = await keys('create', '--read', '--stack', 'Tailgate');
    expect({ code, complaints }).toEqual({ code: 1, complaints: expect.stringContaining('-c read=true') });
  });

  it.each([
    [[], 'keys: expected create, list or revoke, got nothing'],
    [['creat', '--path', PATH], 'keys: expected create, list or revoke, got "creat"; did you mean "create"?'],
    [['create'], 'expected --stack or --path'],
    [['create', '--path', PATH, '--stack', 'a'], 'expected one of --stack and --path, got 2'],
    [['create', '--path', 'keys'], '--path is "keys": expected an SSM path'],
    [['create', '--tenant', 'A/B', '--path', PATH], '--tenant is "A/B": expected lower-case letters'],
    [
      ['create', '--note', 'x'.repeat(201), '--path', PATH],
      `--note is "${'x'.repeat(201)}": expected at most 200 char`,
    ],
    [['create', 'x', '--path', PATH], 'unexpected argument "x"'],
    [['list', '--tenant', 'a', '--path', PATH], '--tenant belongs to "keys create", not to list'],
    [['revoke', '--path', PATH], 'ID is missing: the ID of a key'],
    [['revoke', 'tg_aaaaaaaa_x', '--path', PATH], 'ID is "tg_aaaaaaaa_x": expected the ID of a key'],
    [['list', '--pth', 'a'], 'unknown option --pth; did you mean "--path"?'],
  ])('answers %j with what is wrong, and where to look', async (argv, message) => {
    const { code, complaints } = await keys(...argv);
    expect(code).toBe(2);
    expect(complaints).toContain(`error: ${message}`);
    expect(complaints).toMatch(/\ntailgate keys --help shows what it takes$/);
  });
});
