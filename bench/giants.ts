/**
 * `npm run test:giants`: giant, hot and hostile traces through both functions, each in a process with the memory of the
 * deployed function, on services in this one: what is answered, what becomes of each trace, and the most memory that a function takes.
 * Fails when one of them is not as it should be. Takes some minutes.
 */
import { FUNCTION_MEMORY_MB } from '../lib/cdk/deployment-defaults.ts';
import { oneOf } from '../lib/terminal/option.ts';
import { suiteOptions } from '../test/support/suite-options.ts';
import { type Giant, type GiantOutcome, measureGiant } from './giants/measure.ts';
import { type GiantSpan, requestOf, requestOfSingles } from './giants/requests.ts';

const ERRORS = 'policies: [{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }]';
const MIB = 2 ** 20;

function* spans(count: number, of: (index: number) => GiantSpan): Iterable<GiantSpan> {
  for (let index = 0; index < count; index++) yield of(index);
}

function* times<Value>(count: number, make: (index: number) => Value): Iterable<Value> {
  for (let index = 0; index < count; index++) yield make(index);
}

const TEXT_300 = Buffer.from('lorem ipsum '.repeat(25));

const GIANTS: Readonly<Record<string, Giant>> = {
  spans: {
    name: '50,000 spans of one trace in one request',
    expected: { received: 1, sampled: 1 },
    isGzip: true,
    requests: () => [requestOf(spans(50_000, (span) => ({ trace: 0, span, text: TEXT_300 })))],
  },
  hot: {
    name: '5,000 requests with 8 spans each of one trace',
    expected: { received: 1, sampled: 1 },
    requests: () =>
      times(5_000, (at) => requestOf(spans(8, (span) => ({ trace: 0, span: at * 8 + span, text: TEXT_300 })))),
  },
  hotDropped: {
    name: 'the same, not kept',
    expected: { received: 1, notSampled: 1 },
    policies: ERRORS,
    requests: () =>
      times(5_000, (at) => requestOf(spans(8, (span) => ({ trace: 0, span: at * 8 + span, text: TEXT_300 })))),
  },
  span20: {
    name: 'one span of 20 MiB, less its own IDs, with gzip',
    expected: { received: 1, sampled: 1 },
    isGzip: true,
    requests: () => [requestOf([{ trace: 0, span: 0, text: Buffer.alloc(20 * MIB - 200, 'lorem ') }])],
  },
  control: {
    name: 'one span of 20 MiB of control characters, with gzip',
    expected: { deadLettered: 1 },
    isGzip: true,
    requests: () => [requestOf([{ trace: 0, span: 0, text: Buffer.alloc(20 * MIB - 200, 1) }])],
  },
  singles: {
    name: '100,000 traces of one span in one request',
    expected: { received: 100_000, sampled: 100_000 },
    isGzip: true,
    requests: () => [requestOf(spans(100_000, (index) => ({ trace: index, span: index })))],
  },
  singlesDropped: {
    name: 'the same, not kept',
    expected: { received: 100_000, notSampled: 100_000 },
    isGzip: true,
    policies: ERRORS,
    requests: () => [requestOf(spans(100_000, (index) => ({ trace: index, span: index })))],
  },
  smalls: {
    name: '64 traces of nearly 4 MiB of control characters in one batch',
    expected: { received: 64, sampled: 64 },
    isGzip: true,
    requests: () =>
      times(16, (at) =>
        requestOf(spans(4, (span) => ({ trace: at * 4 + span, span, text: Buffer.alloc(4 * MIB - 500, 1) }))),
      ),
  },
  most: {
    name: 'one trace of 64 MiB, in four spans of control characters',
    expected: { deadLettered: 4 },
    isGzip: true,
    requests: () => times(4, (at) => requestOf([{ trace: 0, span: at, text: Buffer.alloc(16 * MIB - 200, at + 1) }])),
  },
  mostSpans: {
    name: 'one trace of 500,000 spans, each in its own ResourceSpans',
    expected: { received: 1, sampled: 1 },
    isGzip: true,
    requests: () =>
      times(5, (at) => requestOfSingles(spans(100_000, (span) => ({ trace: 0, span: at * 100_000 + span })))),
  },
  tenants: {
    name: 'four traces of 60 MiB of text, each of another tenant, in one batch',
    expected: { received: 4, sampled: 4 },
    isGzip: true,
    tenants: 4,
    requests: () =>
      times(16, (at) => requestOf([{ trace: at % 4, span: at, text: Buffer.alloc(15 * MIB, 'lorem ipsum ') }])),
  },
  over: {
    name: 'one trace of more than 64 MiB, and one of two spans beside it',
    expected: { received: 1, sampled: 1, deadLettered: 5 },
    isGzip: true,
    requests: () =>
      times(5, (at) =>
        requestOf([
          { trace: 0, span: at, text: Buffer.alloc(16 * MIB - 200, 1) },
          { trace: 1, span: at },
        ]),
      ),
  },
};

/** Of the memory of the functions, so that there is room for what differs from one machine to another. */
const MOST_MEGABYTES = FUNCTION_MEMORY_MB * 0.75;

/** What is not as it should be. */
function faultsOf(
  { expected }: Giant,
  { answers, ingest, decide, totals, deadLetters }: GiantOutcome,
): readonly string[] {
  const { received = 0, sampled = 0, notSampled = 0, deadLettered = 0 } = expected;
  const wanted = { received, sampled, notSampled, deadLettered, continued: 0 };
  const peak = Math.max(ingest.peakMegabytes, decide.peakMegabytes);
  return [
    ...Object.entries(wanted).flatMap(([count, number]) => {
      const got = totals[count as keyof typeof wanted];
      return got === number ? [] : [`${count}: ${got}, expected ${number}`];
    }),
    ...(Object.keys(answers).join() === '200' ? [] : [`answers: ${JSON.stringify(answers)}`]),
    ...(peak <= MOST_MEGABYTES ? [] : [`${peak} MB: expected ${MOST_MEGABYTES} or less`]),
    ...(deadLetters.every(({ reason }) => reason !== undefined) ? [] : ['a dead letter without a reason']),
  ];
}

const { only } = suiteOptions({
  script: 'test:giants',
  description:
    'Sends giant, hot and hostile traces through both functions, each in a process with the memory of the deployed function (docs/reliability.md). Ends with 1 if one takes more memory, or has another outcome, than it should.',
  options: {},
  positionals: {
    only: oneOf({
      choices: Object.keys(GIANTS),
      placeholder: 'NAME',
      help: `which one; without it, all of ${Object.keys(GIANTS).join(', ')}`,
    }),
  },
  examples: [['npm run test:giants -- hot', 'one of them']],
});
for (const [key, giant] of Object.entries(GIANTS)) {
  if (only !== undefined && key !== only) continue;
  const outcome = await measureGiant(giant);
  const { ingest, decide, totals, lines, deadLetters } = outcome;
  const said = Object.entries(totals).flatMap(([count, total]) => (total === 0 ? [] : [`${total} ${count}`]));
  console.log(`${key}: ${giant.name}`);
  console.log(
    `  ingest: ${ingest.peakMegabytes} MB at most, ${Math.round(ingest.cpuMs)} ms CPU, ${ingest.calls} requests`,
  );
  console.log(
    `  decide: ${decide.peakMegabytes} MB at most, ${Math.round(decide.cpuMs)} ms CPU, ${decide.calls} invocations; ${said.join(', ')}`,
  );
  console.log(`  archive: ${lines.count} lines, the longest ${(lines.longestBytes / 1e6).toFixed(1)} MB`);
  for (const reason of new Set(deadLetters.map(({ reason = '' }) => reason))) console.log(`  dead letter: ${reason}`);
  for (const fault of faultsOf(giant, outcome)) {
    console.log(`  FAULT: ${fault}`);
    process.exitCode = 1;
  }
}
