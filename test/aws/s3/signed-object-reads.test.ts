import { crc32 } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { retryPolicy } from '../../../lib/aws/retry.ts';
import { bucketUrl, pathStyleUrl } from '../../../lib/aws/s3/bucket-url.ts';
import { SignedObjectReads } from '../../../lib/aws/s3/object-reads.ts';
import { createS3Client, S3ObjectStore } from '../../../lib/aws/s3/object-store.ts';
import { textIn } from '../../../lib/aws/s3/xml.ts';
import { UnavailableError } from '../../../lib/pipeline/ports.ts';
import { engineClientOptions } from '../../support/engines/engine.ts';
import { instantRetryPolicy } from '../../support/instant-retry.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { type Answer, json, StubService } from '../../support/stub-service.ts';

let service: StubService;
const opened: { destroy(): void }[] = [];

beforeEach(async () => {
  service = await StubService.start();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const one of opened.splice(0)) one.destroy();
  await service.stop();
});

function create(options: { readonly clock?: ManualClock; readonly requestTimeoutMs?: number } = {}) {
  const { endpoint, ...account } = engineClientOptions(service.url);
  const { clock = new ManualClock(Date.now()) } = options;
  const policy = instantRetryPolicy(clock);
  const url = pathStyleUrl(endpoint, 'bucket');
  const reads = new SignedObjectReads({ ...account, url, clock, retryPolicy: policy, ...options });
  opened.push(reads);
  return reads;
}

/** The same with the SDK's client. */
function createOfSdk() {
  const client = createS3Client(engineClientOptions(service.url));
  opened.push(client);
  const clock = new ManualClock(Date.now());
  return new S3ObjectStore({ client, bucket: 'bucket', clock, retryPolicy: instantRetryPolicy(clock) });
}

function errorXml(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>a &lt;reason&gt;</Message><RequestId>r</RequestId></Error>`;
}

/** The answers of the service, one after the other; the last one again and again. */
function answersInTurn(...answers: readonly Answer[]): Answer {
  let next = 0;
  return (response, request) => answers[Math.min(next++, answers.length - 1)]?.(response, request);
}

function listing(content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><Prefix>x/</Prefix>${content}</ListBucketResult>`;
}

describe('what is sent', () => {
  const keys = fc
    .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 })
    .map((segments) => segments.join('/'))
    .filter((key) => !key.split('/').some((segment) => segment === '' || segment === '.' || segment === '..'));

  it('is signed and written as by the SDK, whatever the key', async () => {
    const { endpoint, ...account } = engineClientOptions(service.url);
    const reference = await new S3Client({ ...account, endpoint }).config.signer();
    const reads = create();
    await fc.assert(
      fc.asyncProperty(keys, fc.boolean(), async (key, isList) => {
        service.answer = json(200, listing(''));
        service.received.length = 0;
        await (isList ? reads.listFolder(`${key}/`) : reads.get(key));
        await (isList ? createOfSdk().listFolder(`${key}/`) : createOfSdk().get(key));
        const [mine, theirs] = service.received.map((request) => ({
          headers: request.headers,
          url: new URL(request.path ?? '', endpoint),
          path: request.path ?? '',
        }));
        if (mine === undefined || theirs === undefined) expect.fail('two requests');
        expect(mine.path.split('?')[0]).toBe(theirs.path.split('?')[0]);
        // The SDK adds the name of the operation to each query, which nothing needs.
        theirs.url.searchParams.delete('x-id');
        expect([...mine.url.searchParams].sort()).toEqual([...theirs.url.searchParams].sort());
        const { authorization, host, connection: _, 'user-agent': __, ...headers } = mine.headers;
        const signed = await reference.sign(
          {
            method: 'GET',
            protocol: 'http:',
            hostname: '127.0.0.1',
            port: Number(mine.url.port),
            path: mine.path.split('?')[0] ?? '',
            query: Object.fromEntries(mine.url.searchParams),
            headers: { ...(headers as Record<string, string>), host: host ?? '' },
          },
          { signingDate: dateOf(String(mine.headers['x-amz-date'])) },
        );
        expect(authorization).toBe(signed.headers['authorization']);
      }),
      { numRuns: 60 },
    );
  });

  it('asks for checksums, and for the bytes of a range alone', async () => {
    const reads = create();
    await reads.get('a');
    service.answer = json(206, 'bc');
    expect(Buffer.from((await reads.getRange('a', 1, 3)) ?? []).toString()).toBe('bc');
    expect(service.received).toMatchObject([
      { path: '/bucket/a', headers: { 'x-amz-checksum-mode': 'ENABLED', 'user-agent': 'tailgate' } },
      { path: '/bucket/a', headers: { range: 'bytes=1-2' } },
    ]);
    expect(await reads.getRange('a', 3, 3)).toHaveLength(0);
    expect(service.received).toHaveLength(2);
  });
});

describe('what is answered', () => {
  it('is read as by the SDK, whatever characters are in keys', async () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }).filter((one) => one.trim() === one);
    const objects = fc.array(fc.record({ name: text, size: fc.nat(), at: fc.nat({ max: 2e9 }) }), { maxLength: 5 });
    const [reads, sdk] = [create(), createOfSdk()];
    await fc.assert(
      fc.asyncProperty(objects, fc.array(text, { maxLength: 3 }), async (contents, folders) => {
        const xml = [
          ...contents.map(
            ({ name, size, at }) =>
              `<Contents><Key>x/${escaped(name)}</Key><LastModified>${new Date(at * 1000).toISOString()}</LastModified><ETag>&quot;e&quot;</ETag><Size>${size}</Size><Owner><ID>Key</ID></Owner></Contents>`,
          ),
          ...folders.map((name) => `<CommonPrefixes><Prefix>x/${escaped(name)}/</Prefix></CommonPrefixes>`),
        ];
        service.answer = json(200, listing(xml.join('')));
        expect(await reads.listFolder('x/')).toEqual(await sdk.listFolder('x/'));
      }),
      { numRuns: 60 },
    );
  });

  it('is read page by page, with the token that each page gives', async () => {
    const contents = (key: string) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`;
    const token = 'a+/=&<';
    service.answer = answersInTurn(
      json(
        200,
        listing(`<NextContinuationToken>${escaped(token)}</NextContinuationToken>${contents('x/')}${contents('x/a')}`),
      ),
      json(200, listing(contents('x/b'))),
    );
    const { objects } = await create().listFolder('x/');
    expect(objects.map(({ key }) => key)).toEqual(['x/a', 'x/b']);
    const [, second] = service.received.map(({ path }) => new URL(path ?? '', service.url).searchParams);
    expect(second?.get('continuation-token')).toBe(token);
  });

  it.each([
    { what: 'throttling', first: json(503, errorXml('SlowDown')) },
    { what: 'a server error without a body', first: json(500, '') },
    { what: 'damage', first: json(200, 'bytes', { 'x-amz-checksum-crc32': 'AAAAAA==' }) },
    { what: 'a connection that breaks', first: (response) => response.destroy() },
    {
      what: 'an answer that ends too early',
      first: (response) => response.writeHead(200, { 'content-length': '9' }).write('b', () => response.destroy()),
    },
  ] satisfies { what: string; first: Answer }[])('is asked for again after $what', async ({ first }) => {
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32BE(crc32('bytes'));
    service.answer = answersInTurn(first, json(200, 'bytes', { 'x-amz-checksum-crc32': checksum.toString('base64') }));
    expect(Buffer.from((await create().get('a')) ?? []).toString()).toBe('bytes');
    expect(service.received).toHaveLength(2);
  });

  it('may be an object of many parts, whose checksum is of these', async () => {
    service.answer = json(200, 'bytes', { 'x-amz-checksum-crc32': 'AAAAAA==-2' });
    expect(await create().get('a')).toHaveLength(5);
  });

  it('is asked for again when a listing is cut off', async () => {
    service.answer = answersInTurn(json(200, listing('').slice(0, -5)), json(200, listing('')));
    expect(await create().listFolder('x/')).toEqual({ objects: [], folders: [] });
    expect(service.received).toHaveLength(2);
  });

  it('is an error when S3 never has room', async () => {
    service.answer = json(503, errorXml('SlowDown'));
    await expect(create().get('a')).rejects.toThrow(UnavailableError);
    await expect(create().listFolder('x/')).rejects.toThrow('SlowDown: a <reason>');
  });

  it.each([
    { status: 404, code: 'NoSuchBucket' },
    { status: 403, code: 'AccessDenied' },
    { status: 301, code: 'PermanentRedirect' },
    { status: 304, code: 'NotModified' },
  ])('is a refusal, and no missing object: $code', async ({ status, code }) => {
    service.answer = json(status, status === 304 ? '' : errorXml(code));
    const name = status === 304 ? 'UnknownError' : code;
    for (const call of [create().get('a'), create().getRange('a', 0, 1), create().listFolder('x/')]) {
      await expect(call).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
    }
    expect(service.received).toHaveLength(3);
  });

  it('is nothing for a missing object, and no bytes behind the end', async () => {
    service.answer = json(404, errorXml('NoSuchKey'));
    expect(await create().get('a')).toBeUndefined();
    expect(await create().getRange('a', 0, 1)).toBeUndefined();
    service.answer = json(416, errorXml('InvalidRange'));
    expect(await create().getRange('a', 9, 12)).toHaveLength(0);
    await expect(create().get('a')).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it('may take so long, and no longer, however steadily it comes', async () => {
    const { endpoint, ...account } = engineClientOptions(service.url);
    const timers: NodeJS.Timeout[] = [];
    service.answer = (response) => {
      response.writeHead(200);
      timers.push(setInterval(() => response.write('b'), 20));
    };
    const once = { ...retryPolicy(Date), budgetMs: 0, random: () => 1 };
    const url = pathStyleUrl(endpoint, 'bucket');
    const reads = new SignedObjectReads({ ...account, url, clock: Date, retryPolicy: once, requestTimeoutMs: 150 });
    opened.push(reads);
    await expect(reads.get('a')).rejects.toThrow('TimeoutError: no whole answer for 150 ms');
    timers.forEach(clearInterval);
  });

  it('corrects a wrong clock', async () => {
    const clock = new ManualClock(Date.parse('2026-11-21T10:00:00Z'));
    service.answer = answersInTurn(
      json(403, errorXml('RequestTimeTooSkewed'), { date: 'Sat, 21 Nov 2026 12:00:00 GMT' }),
      json(200, 'bytes'),
    );
    expect(await create({ clock }).get('a')).toHaveLength(5);
    expect(service.received.map(({ headers }) => headers['x-amz-date'])).toMatchObject([
      '20261121T100000Z',
      expect.stringMatching(/^20261121T1200/),
    ]);
  });
});

it('reads the escapes of XML', () => {
  expect(textIn('<a>&lt;&gt;&amp;amp;&quot;&apos;&#13;&#x1F600;&nbsp;&#x110000;</a>', 'a')).toBe(
    '<>&amp;"\'\r😀&nbsp;&#x110000;',
  );
  expect(textIn('<aa>x</aa><a>y', 'a')).toBeUndefined();
});

describe('the URL of a bucket', () => {
  const REGIONS = ['us-east-1', 'eu-west-1', 'us-gov-west-1', 'cn-north-1', 'eusc-de-east-1', 'us-iso-east-1'];
  const BUCKETS = ['archive-1', 'with.points', 'a'.repeat(63)];

  /** Where a client of the SDK goes in this environment. */
  async function sdkUrl(bucket: string, region: string, env: Record<string, string>): Promise<string> {
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const client = new S3Client({ region, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    let url = '';
    client.middlewareStack.add(
      (_next, context) => async () => {
        url = String((context as { endpointV2?: { url: URL } }).endpointV2?.url.href);
        return { output: { $metadata: {} }, response: {} };
      },
      { step: 'serialize', priority: 'low' },
    );
    try {
      await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'k' }));
      await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    } catch {
      return 'error';
    } finally {
      vi.unstubAllEnvs();
    }
    return url.replace(/\/$/, '');
  }

  const CASES = REGIONS.flatMap((region) =>
    ['', 'true'].flatMap((fips) => ['', 'true'].map((dualStack) => ({ region, fips, dualStack }))),
  );
  it.each(CASES)('is that of the SDK: $region, FIPS "$fips", dual-stack "$dualStack"', async (one) => {
    const env = {
      ...(one.fips && { AWS_USE_FIPS_ENDPOINT: one.fips }),
      ...(one.dualStack && { AWS_USE_DUALSTACK_ENDPOINT: one.dualStack }),
    };
    for (const bucket of BUCKETS) {
      let found: string;
      try {
        found = bucketUrl(bucket, one.region, env);
      } catch {
        found = 'error';
      }
      expect(found).toBe(await sdkUrl(bucket, one.region, env));
    }
  });

  it.each([
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:1/' },
    { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_S3: 'https://10.0.0.1:2/path' },
    { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1/', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
    { AWS_ENDPOINT_URL_SSM: 'http://127.0.0.1:1/' },
  ])('is where %o says', async (env) => {
    const given = env as Record<string, string>;
    expect(bucketUrl('archive', 'eu-west-1', given)).toBe(await sdkUrl('archive', 'eu-west-1', given));
  });
});

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function dateOf(compact: string): Date {
  return new Date(compact.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
