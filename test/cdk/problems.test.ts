import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { InvalidPipelineError } from '../../lib/cdk/pipeline-problems.ts';
import type { TailSamplingPipelineProps } from '../../lib/cdk/pipeline-props.ts';
import { Policies } from '../../lib/cdk/policies.ts';
import { TailSamplingPipeline } from '../../lib/cdk/tail-sampling-pipeline.ts';
import { TailgateStack, type TailgateStackProps } from '../../lib/cdk/tailgate-stack.ts';
import { ENV, type PipelineOptions, POLICIES, pipelineStack, unstagedApp } from './support/synthesise.ts';

const folder = mkdtempSync(join(tmpdir(), 'tailgate-policies-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is wrong with options; empty when nothing is. */
function problemsOf(options: PipelineOptions): readonly string[] {
  try {
    pipelineStack(options);
    return [];
  } catch (error) {
    if (error instanceof InvalidPipelineError) return error.problems;
    throw error;
  }
}

const capacity = { minWriteUnits: 5, maxWriteUnits: 10, minReadUnits: 5, maxReadUnits: 10 };

describe('a pipeline fails before anything is created', () => {
  it.each<{ when: string; options: PipelineOptions; problem: string }>([
    {
      when: 'its name cannot be part of a path',
      options: { pipelineName: 'Orders/EU' },
      problem:
        'pipelineName: "Orders/EU": expected at most 48 lower-case letters, digits and single hyphens, a letter first',
    },
    {
      when: 'its name is too long',
      options: { pipelineName: 'a'.repeat(49) },
      problem: `pipelineName: "${'a'.repeat(49)}": expected at most 48 lower-case letters`,
    },
    {
      when: 'an object would not outlive the decision that names it',
      options: { archiveRetention: Duration.days(7) },
      problem: 'archiveRetention: 7 days: expected 8 or more',
    },
    {
      when: 'the retention is not in whole days',
      options: { archiveRetention: Duration.hours(300) },
      problem: 'archiveRetention in days: 12.5: expected a whole number from 1 to 36500',
    },
    {
      when: 'the concurrency of decide is less than a queue can have',
      options: { decideConcurrency: 1 },
      problem: 'decideConcurrency: 1: expected a whole number from 2 to 1000',
    },
    {
      when: 'the concurrency of ingest is no number',
      options: { ingestConcurrency: Number('many') },
      problem: 'ingestConcurrency: NaN: expected a whole number from 1 to 100000',
    },
    {
      when: 'an HTTP API has no concurrency to stay below',
      options: { ingestEndpoint: 'http-api', ingestConcurrency: 'unreserved' },
      problem: 'ingestConcurrency: "unreserved" with an HTTP API',
    },
    {
      when: 'an HTTP API would have no burst',
      options: { ingestEndpoint: 'http-api', ingestConcurrency: 1 },
      problem: 'ingestConcurrency: 1: expected a whole number from 2',
    },
    {
      when: 'a batch is too large',
      options: { wakeUpBatchSize: 10_001 },
      problem: 'wakeUpBatchSize: 10001: expected a whole number from 1 to 10000',
    },
    {
      when: 'a window is too long',
      options: { wakeUpBatchWindow: Duration.minutes(6) },
      problem: 'wakeUpBatchWindow in seconds: 360: expected a whole number from 0 to 300',
    },
    {
      when: 'a large batch has no window',
      options: { wakeUpBatchWindow: Duration.seconds(0) },
      problem: 'wakeUpBatchWindow: 0: a wakeUpBatchSize over 10 needs 1 second or more',
    },
    {
      when: 'an origin is not as browsers send it',
      options: { corsOrigins: ['https://shop.example/', 'https://ok.example'] },
      problem: 'corsOrigins: "https://shop.example/": expected an origin as browsers send it',
    },
    {
      when: 'the lower bound of a capacity is above the upper one',
      options: { provisionedCapacity: { ...capacity, minWriteUnits: 20 } },
      problem: 'provisionedCapacity: minWriteUnits 20 > maxWriteUnits 10',
    },
    {
      when: 'a utilization cannot be had',
      options: { provisionedCapacity: { ...capacity, targetUtilizationPercent: 95 } },
      problem: 'provisionedCapacity.targetUtilizationPercent: 95: expected a whole number from 20 to 90',
    },
    {
      when: 'a query could read next to nothing',
      options: { scanLimit: Size.kibibytes(1) },
      problem: 'scanLimit: 1024 bytes: expected 10000000 or more',
    },
    {
      when: 'tenants would have no keys to be told apart by',
      options: { tenants: true, allowUnauthenticated: true },
      problem: 'tenants: cannot be told apart with allowUnauthenticated',
    },
    {
      when: 'the policies file is not there',
      options: { policies: Policies.fromFile('test/cdk/no-such-file.yaml') },
      problem: 'test/cdk/no-such-file.yaml cannot be read: there is no such file',
    },
    {
      when: 'the policies file is not UTF-8',
      options: { policies: Policies.fromFile(latin1File()) },
      problem: 'latin-1.yaml:2: is not UTF-8 from here on, perhaps Latin-1 or Windows-1252',
    },
    {
      when: 'the decision wait is over 12 hours',
      options: {
        policies: Policies.fromText(
          'decision_wait: 13h\npolicies: [{ name: all, type: always_sample }]',
          'tailgate.yaml',
        ),
      },
      problem: 'tailgate.yaml:1: decision_wait: expected a duration from 0s to 12h, got "13h"',
    },
    {
      when: 'a processor beside tail_sampling would be lost',
      options: {
        policies: Policies.fromText(
          'processors: { tail_sampling: { policies: [{ name: all, type: always_sample }] } }\n' +
            'service: { pipelines: { traces: { receivers: [otlp], processors: [redaction, tail_sampling] } } }',
          'collector.yaml',
        ),
      },
      problem: 'collector.yaml:2: service.pipelines.traces.processors[0]: "redaction" removes and masks attributes',
    },
    {
      when: 'the read function has too little memory for an object of the archive',
      options: { read: true, readMemory: Size.mebibytes(512) },
      problem: 'readMemory in MB: 512: expected a whole number from 1024 to 10240',
    },
    {
      when: 'the read function may not run',
      options: { read: true, readConcurrency: 0 },
      problem: 'readConcurrency: 0: expected a whole number from 1 to 1000',
    },
    {
      when: 'an option of the read function has no function',
      options: { readConcurrency: 5 },
      problem: 'readConcurrency: has no effect without read: true',
    },
    {
      when: 'the policies do not fit in a parameter',
      options: { policies: Policies.fromText(manyPolicies(), 'tailgate.yaml') },
      problem: 'an SSM parameter holds 8192 at most',
    },
  ])('when $when', ({ options, problem }) => {
    expect(problemsOf(options)).toEqual([expect.stringContaining(problem)]);
  });

  it('with everything that is wrong at once, policies with their lines', () => {
    const policies = Policies.fromText(
      'policies:\n  - name: slow\n    type: latancy\n  - name: slow\n    type: always_sample\n    always_sample: { percent: 5 }\n',
      'tailgate.yaml',
    );
    const problems = problemsOf({ policies, pipelineName: '-', decideConcurrency: 0, corsOrigins: ['shop.example'] });
    expect(problems).toEqual([
      expect.stringMatching(/^tailgate\.yaml:3: policies\[0\]\.type: /),
      expect.stringMatching(/^tailgate\.yaml:4: policies\[1\]\.name: /),
      expect.stringMatching(/^tailgate\.yaml:6: policies\[1\]\.always_sample\.percent: /),
      expect.stringMatching(/^pipelineName: /),
      expect.stringMatching(/^decideConcurrency: /),
      expect.stringMatching(/^corsOrigins: /),
    ]);
  });

  it('and says in one message which construct and why', () => {
    expect(() => pipelineStack({ decideConcurrency: 1 })).toThrow(
      'Tailgate/Tailgate cannot be deployed:\n  decideConcurrency: 1: expected a whole number from 2 to 1000',
    );
  });

  it('when a bucket of yours should be removed', () => {
    const stack = new Stack(unstagedApp(), 'Own', { env: ENV });
    const archiveBucket = Bucket.fromBucketName(stack, 'Bucket', 'kept-elsewhere');
    const problem = 'archiveRemovalPolicy: has no effect on archiveBucket';
    const archiveRemovalPolicy = RemovalPolicy.DESTROY;
    expect(problemsOf({ archiveBucket, archiveRemovalPolicy })).toEqual([expect.stringContaining(problem)]);
  });
});

describe('two pipelines', () => {
  it('of one stack need different names', () => {
    const stack = new Stack(unstagedApp(), 'Own', { env: ENV });
    new TailSamplingPipeline(stack, 'Orders', { policies: POLICIES });
    expect(() => new TailSamplingPipeline(stack, 'Search', { policies: POLICIES })).toThrow(
      'pipelineName: "own" is the name of Own/Orders already: give one of them another',
    );
  });

  it('of two stacks in one account and region, too', () => {
    const app = unstagedApp();
    const [first, second] = ['First', 'Second'].map((id) => new Stack(app, id, { env: ENV }));
    if (first === undefined || second === undefined) throw new Error('two stacks are needed');
    const props = { policies: POLICIES, pipelineName: 'orders' };
    new TailSamplingPipeline(first, 'Tailgate', props);
    expect(() => new TailSamplingPipeline(second, 'Tailgate', props)).toThrow('First/Tailgate already');
  });
});

describe('in plain JavaScript, where no compiler checks the types,', () => {
  /** As a JavaScript app passes them. */
  const untyped = (options: unknown) => problemsOf(options as PipelineOptions);

  it.each(['allowUnauthenticated', 'tenants', 'compaction', 'read'])('%s does not take a text for true', (name) => {
    expect(untyped({ [name]: 'false' })).toEqual([`${name}: "false": expected true or false`]);
  });

  it.each<{ options: object; problem: string }>([
    { options: { frontDor: 1 }, problem: 'frontDor: there is no such property' },
    { options: { tenats: true }, problem: 'tenats: there is no such property; did you mean "tenants"?' },
    { options: { ingestEndpoint: 'alb' }, problem: 'ingestEndpoint: "alb": expected "function-url" or "http-api"' },
    { options: { policies: 'tailgate.yaml' }, problem: 'policies: "tailgate.yaml": expected Policies.fromFile(path)' },
    { options: { policies: undefined }, problem: 'policies: undefined: expected Policies.fromFile(path)' },
    { options: { pipelineName: 5 }, problem: 'pipelineName: 5: expected a text' },
    { options: { corsOrigins: 'https://a.example' }, problem: 'corsOrigins: "https://a.example": expected a list' },
    { options: { ingestConcurrency: '20' }, problem: 'ingestConcurrency: "20": expected a number or "unreserved"' },
    { options: { decideConcurrency: '5' }, problem: 'decideConcurrency: "5": expected a number' },
    { options: { wakeUpBatchSize: [5] }, problem: 'wakeUpBatchSize: a list: expected a number' },
    { options: { wakeUpBatchWindow: 20 }, problem: 'wakeUpBatchWindow: 20: expected a Duration' },
    { options: { read: true, readMemory: 2048 }, problem: 'readMemory: 2048: expected a Size' },
    { options: { read: true, readConcurrency: '5' }, problem: 'readConcurrency: "5": expected a number' },
    { options: { archiveRetention: '90' }, problem: 'archiveRetention: "90": expected a Duration' },
    { options: { archiveBucket: 'mine' }, problem: 'archiveBucket: "mine": expected a bucket' },
    { options: { archiveRemovalPolicy: 'keep' }, problem: 'archiveRemovalPolicy: "keep": expected a RemovalPolicy' },
    { options: { encryptionKey: {} }, problem: 'encryptionKey: an object: expected a KMS key' },
    { options: { scanLimit: 1e9 }, problem: 'scanLimit: 1000000000: expected a Size' },
    { options: { logRetention: 31 }, problem: 'logRetention: 31: expected one of RetentionDays' },
    { options: { alarmTopic: null }, problem: 'alarmTopic: null: expected an SNS topic' },
    { options: { alarmThresholds: 5 }, problem: 'alarmThresholds: 5: expected an object with queueAge, ' },
    { options: { alarmThresholds: { queueAge: 5 } }, problem: 'alarmThresholds.queueAge: 5: expected a Duration' },
    {
      options: { alarmThresholds: { deadLetter: 5 } },
      problem: 'alarmThresholds.deadLetter: there is no such property; did you mean "deadLetters"?',
    },
    {
      options: { alarmThresholds: { tableThrottles: '5' } },
      problem: 'alarmThresholds.tableThrottles: "5": expected a number of 0 or more',
    },
    {
      options: { provisionedCapacity: { ...capacity, minReadUnits: undefined } },
      problem: 'provisionedCapacity.minReadUnits: undefined: expected a number',
    },
  ])('$options is refused', ({ options, problem }) => {
    expect(untyped(options)).toEqual([expect.stringContaining(problem)]);
  });

  it('all problems are reported at once, of types and of values', () => {
    expect(untyped({ tenants: 'yes', policies: 1, decideConcurrency: 0 })).toEqual([
      expect.stringMatching(/^policies: 1: /),
      'tenants: "yes": expected true or false',
      'decideConcurrency: 0: expected a whole number from 2 to 1000',
    ]);
  });

  it('a pipeline without properties is refused', () => {
    const stack = new Stack(unstagedApp(), 'Own', { env: ENV });
    const problem = 'the properties of the pipeline: undefined: expected an object, such as { policies: ';
    const none = undefined as unknown as TailSamplingPipelineProps;
    expect(() => new TailSamplingPipeline(stack, 'None', none)).toThrow(`Own/None cannot be deployed:\n  ${problem}`);
    for (const [id, props] of Object.entries({ Empty: {}, Missing: undefined })) {
      expect(() => new TailgateStack(unstagedApp(), id, props as TailgateStackProps)).toThrow(problem);
    }
  });
});

/** A file whose second line has an ü in Latin-1. */
function latin1File(): string {
  const file = join(folder, 'latin-1.yaml');
  writeFileSync(file, Buffer.from('# policies\npolicies: [{ name: für-alle, type: always_sample }]\n', 'latin1'));
  return file;
}

/** Policies whose names do not compress: 600 of them with 32 hex digits of a multiplicative generator each. */
function manyPolicies(): string {
  let state = 1n;
  const name = () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) % 2n ** 64n;
    return state.toString(16).padStart(16, '0');
  };
  return `policies:\n${Array.from({ length: 600 }, () => `- { name: ${name()}${name()}, type: always_sample }`).join('\n')}`;
}
