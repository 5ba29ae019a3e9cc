import { expect, it } from 'vitest';
import { RefusalLog } from '../../../functions/ingest/refusal-log.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { RecordingLog } from '../../support/recording-log.ts';

it('logs why spans could not be made durable once, then a count once a minute', () => {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const refusals = new RefusalLog({ log, clock });
  const error = new Error('no room');
  for (let index = 0; index < 7; index++) refusals.addFailure(error);
  clock.advance(60_000);
  refusals.addFailure(error);
  expect(log.entries).toEqual([
    { message: 'spans could not be made durable', fields: { error, alsoRefused: 0 } },
    { message: 'spans could not be made durable', fields: { error, alsoRefused: 6 } },
  ]);
});

it('does not repeat all that a client has sent', () => {
  const log = new RecordingLog();
  const refusals = new RefusalLog({ log, clock: new ManualClock() });
  refusals.add(415, `content-type is "${'x'.repeat(16_000)}"`, 'y'.repeat(16_000));
  expect(JSON.stringify(log.entries).length).toBeLessThan(1_200);
});

it('logs the first refusal of each status at once, then a count once a minute', () => {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const refusals = new RefusalLog({ log, clock });
  refusals.add(400, 'unreadable', 'otel-js');
  refusals.add(401, 'no key', undefined);
  for (let index = 0; index < 5; index++) refusals.add(400, 'unreadable', 'otel-js');
  clock.advance(60_000);
  refusals.add(400, 'still unreadable', 'otel-js');
  expect(log.entries.map(({ fields }) => fields)).toEqual([
    { status: 400, reason: 'unreadable', userAgent: 'otel-js', alsoRefused: 0 },
    { status: 401, reason: 'no key', userAgent: undefined, alsoRefused: 0 },
    { status: 400, reason: 'still unreadable', userAgent: 'otel-js', alsoRefused: 5 },
  ]);
});
