import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../functions/ingest/http.ts';
import { Admission } from '../../lib/local/admission.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { RecordingLog } from '../support/recording-log.ts';

const LIMITS = { maxLagMs: 60_000, maxBufferBytes: 1_000 };
const REQUEST: HttpRequest = {
  method: 'POST',
  path: '/v1/traces',
  headers: { 'content-type': 'application/json' },
  body: new Uint8Array(),
  isText: true,
};

function setUp() {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const load = { lagMs: 0, undecidedBytes: 0 };
  let measured = 0;
  const measure = () => {
    measured += 1;
    return { ...load };
  };
  const admission = new Admission({ load: measure, clock, log }, LIMITS);
  /** The status of the next request, a while later; `undefined`: it is accepted. */
  const next = (change: Partial<typeof load> = {}) => {
    Object.assign(load, change);
    clock.advance(1_000);
    return admission.refuse(REQUEST)?.status;
  };
  return { admission, clock, log, next, measured: () => measured };
}

describe('admission', () => {
  it.each([
    ['lagMs', 60_000, 48_000, 'lag'],
    ['undecidedBytes', 1_000, 800, 'size'],
  ] as const)(
    'by %s refuses above the limit, and accepts again from 80 %% of it on',
    (what, limit, recovered, reason) => {
      const { log, next } = setUp();
      const statuses = [limit, limit + 1, limit, recovered + 1, recovered, limit].map((value) =>
        next({ [what]: value }),
      );
      expect(statuses).toEqual([undefined, 503, 503, 503, undefined, undefined]);
      expect(log.entries).toMatchObject([
        { message: 'overload: refusing spans', fields: { reason, [what]: limit + 1, ...LIMITS } },
        { message: 'overload is over: accepting spans', fields: { refusedRequests: 3, [what]: recovered } },
      ]);
    },
  );

  it('refuses while nobody can tell how much waits, and says so once', () => {
    const clock = new ManualClock();
    const log = new RecordingLog();
    let isReadable = false;
    const load = () => {
      if (!isReadable) throw new Error('disk I/O error');
      return { lagMs: 0, undecidedBytes: 0 };
    };
    const admission = new Admission({ load, clock, log }, LIMITS);
    const next = () => {
      clock.advance(1_000);
      return admission.refuse(REQUEST);
    };
    expect(next()).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect(next()?.status).toBe(503);
    isReadable = true;
    expect(next()).toBeUndefined();
    expect(log.entries.map(({ message }) => message)).toEqual([
      'refusing spans: the buffer cannot be read',
      'overload is over: accepting spans',
    ]);
  });

  it('goes on while one of two reasons is left, and says so once', () => {
    const { log, next } = setUp();
    expect([next({ lagMs: 90_000 }), next({ lagMs: 0, undecidedBytes: 900 }), next({ undecidedBytes: 0 })]).toEqual([
      503,
      503,
      undefined,
    ]);
    expect(log.entries).toHaveLength(2);
  });

  it.each([
    ['application/json', 'application/json', /^{"code":14,"message":"decisions are late: send the spans again"}$/],
    ['application/x-protobuf', 'application/x-protobuf', /decisions are late/],
    ['text/html', 'application/json', /"code":14/],
  ])('answers %s as OTLP wants it', (contentType, answered, body) => {
    const { admission, next } = setUp();
    next({ lagMs: 60_001 });
    const refusal = admission.refuse({ ...REQUEST, headers: { 'content-type': contentType } });
    expect(refusal).toMatchObject({ status: 503, headers: { 'content-type': answered, 'retry-after': '2' } });
    expect(Buffer.from(refusal?.body ?? []).toString()).toMatch(body);
  });

  it('lets through what is no export request', () => {
    const { admission, next } = setUp();
    next({ lagMs: 60_001 });
    expect(admission.refuse({ ...REQUEST, path: '/healthz', method: 'GET' })).toBeUndefined();
    expect(admission.refuse({ ...REQUEST, method: 'GET' })).toBeUndefined();
  });

  it('measures ten times a second at most', () => {
    const { admission, clock, next, measured } = setUp();
    next();
    for (let request = 0; request < 100; request++) {
      clock.advance(5);
      admission.refuse(REQUEST);
    }
    expect(measured()).toBe(1 + 5);
  });

  it('comes after what the handler refuses, and before the body', async () => {
    const { admission, next } = setUp();
    const wanted = async () => ({ status: 200, headers: {}, body: new Uint8Array() });
    const handler = admission.guard(async ({ headers }) =>
      headers['x-api-key'] === 'right' ? wanted : { status: 401, headers: {}, body: new Uint8Array() },
    );
    const withKey = { ...REQUEST, headers: { ...REQUEST.headers, 'x-api-key': 'right' } };
    expect(await handler(withKey)).toBe(wanted);
    next({ lagMs: 60_001 });
    expect(await handler(withKey)).toMatchObject({ status: 503 });
    expect(await handler(REQUEST)).toMatchObject({ status: 401 });
  });
});
