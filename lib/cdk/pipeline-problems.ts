import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { MS_PER_DAY } from '../archive/hours.ts';
import { DEFAULT_BUFFER_TTL_MS, RECORD_EXTRA_TTL_MS } from '../pipeline/adapter-rules.ts';
import type { ProvisionedCapacity } from './buffer-table.ts';
import { collisionProblems, defaultPipelineName, nameProblems } from './pipeline-name.ts';
import type { TailSamplingPipelineProps } from './pipeline-props.ts';
import { checkedTypes } from './property-types.ts';

/** `undefined`, or what is wrong with an origin for CORS. */
function originProblem(origin: string): string | undefined {
  if (origin === '*' || (URL.canParse(origin) && /^https?:/.test(origin) && new URL(origin).origin === origin)) {
    return undefined;
  }
  return `corsOrigins: "${origin}": expected an origin as browsers send it, e.g. https://shop.example, or "*" for all`;
}

/**
 * The properties of a pipeline are invalid. The message has a line for each problem.
 *
 * @example
 * ```ts
 * try {
 *   new TailSamplingPipeline(stack, 'Tailgate', { policies });
 * } catch (error) {
 *   if (error instanceof InvalidPipelineError) for (const problem of error.problems) console.error(problem);
 * }
 * ```
 */
export class InvalidPipelineError extends Error {
  /** The name of the class. */
  override readonly name = 'InvalidPipelineError';
  /** The problems, a line each. */
  readonly problems: readonly string[];

  constructor(where: string, problems: readonly string[]) {
    super([`${where} cannot be deployed:`, ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.problems = problems;
  }
}

/** Those whose types are right. */
type GivenProps = Partial<TailSamplingPipelineProps>;

/** Decide would take a claim whose object the lifecycle rule deleted for one of a dead owner, and write it again. */
const MIN_ARCHIVE_DAYS = (DEFAULT_BUFFER_TTL_MS + RECORD_EXTRA_TTL_MS) / MS_PER_DAY;
/** Athena accepts no lower limit. */
const MIN_SCAN_BYTES = 10_000_000;
/** Lambda requires a batch window for larger batches. */
const MAX_BATCH_WITHOUT_WINDOW = 10;
const TENANTS_WITHOUT_KEYS =
  'tenants: cannot be told apart with allowUnauthenticated, because it is the key that says whose spans they are: leave one of them out';

/**
 * The name of a pipeline whose properties are valid.
 *
 * @throws {InvalidPipelineError} with all problems
 */
export function checkedPipelineName(
  pipeline: IConstruct,
  props: TailSamplingPipelineProps,
  isPipeline: (construct: IConstruct) => construct is IConstruct & { readonly pipelineName: string },
): string {
  const { usable, problems: typeProblems } = checkedTypes(props);
  const name = usable.pipelineName ?? defaultPipelineName(pipeline);
  const problems = [
    ...typeProblems,
    ...(usable.policies?.problems ?? []),
    ...nameProblems(name),
    ...collisionProblems(name, pipeline, isPipeline),
    ...pipelineProblems(usable),
  ];
  if (name === undefined || problems.length > 0) throw new InvalidPipelineError(pipeline.node.path, problems);
  return name;
}

/** The problems of the properties other than the name and the policies, a line each. */
function pipelineProblems(props: GivenProps): readonly string[] {
  return [
    ...batchProblems(props),
    ...concurrencyProblems(props),
    ...archiveProblems(props),
    ...readProblems(props),
    ...(props.provisionedCapacity === undefined ? [] : capacityProblems(props.provisionedCapacity)),
    ...(props.tenants && props.allowUnauthenticated ? [TENANTS_WITHOUT_KEYS] : []),
    ...originProblems(props.corsOrigins ?? []),
  ];
}

function originProblems(origins: readonly string[]): readonly string[] {
  if (Token.isUnresolved(origins)) return [];
  return origins.map(originProblem).filter((problem) => problem !== undefined);
}

function batchProblems({ wakeUpBatchSize: size, wakeUpBatchWindow: window }: GivenProps): readonly string[] {
  const seconds = window?.toSeconds({ integral: false });
  const problems = [
    ...wholeNumber('wakeUpBatchSize', size, 1, 10_000),
    ...wholeNumber('wakeUpBatchWindow in seconds', seconds, 0, 300),
    ...knownNow('wakeUpBatchWindow', seconds, 'the visibility timeout of the queue'),
  ];
  if (problems.length === 0 && seconds === 0 && (size ?? Number.POSITIVE_INFINITY) > MAX_BATCH_WITHOUT_WINDOW) {
    problems.push(`wakeUpBatchWindow: 0: a wakeUpBatchSize over ${MAX_BATCH_WITHOUT_WINDOW} needs 1 second or more`);
  }
  return problems;
}

function concurrencyProblems(props: GivenProps): readonly string[] {
  const { ingestConcurrency: ingest, ingestEndpoint } = props;
  const problems = [...wholeNumber('decideConcurrency', props.decideConcurrency, 2, 1000)];
  if (ingest !== 'unreserved') problems.push(...knownNow('ingestConcurrency', ingest, 'the threshold of an alarm'));
  if (ingest !== 'unreserved') {
    // The burst of an HTTP API is half of it.
    problems.push(...wholeNumber('ingestConcurrency', ingest, ingestEndpoint === 'http-api' ? 2 : 1, 100_000));
  } else if (ingestEndpoint === 'http-api') {
    problems.push(
      'ingestConcurrency: "unreserved" with an HTTP API: its throttle must be below the concurrency of the function, ' +
        'which has to be known; give a number, or take the function URL',
    );
  }
  return problems;
}

function archiveProblems(props: GivenProps): readonly string[] {
  const days = props.archiveRetention?.toDays({ integral: false });
  const problems = [
    ...wholeNumber('archiveRetention in days', days, 1, 36_500),
    ...knownNow('archiveRetention', days, 'the range of days of the tables'),
  ];
  if (problems.length === 0 && days !== undefined && days < MIN_ARCHIVE_DAYS) {
    problems.push(
      `archiveRetention: ${days} days: expected ${MIN_ARCHIVE_DAYS} or more, so that an object outlives the decision that ` +
        `names it (buffer TTL ${DEFAULT_BUFFER_TTL_MS / MS_PER_DAY} day and 7 days); without it, late spans would be kept twice`,
    );
  }
  if (props.archiveBucket !== undefined && props.archiveRemovalPolicy !== undefined) {
    problems.push('archiveRemovalPolicy: has no effect on archiveBucket, which is yours: leave one of them out');
  }
  const scanBytes = props.scanLimit?.toBytes();
  if (scanBytes !== undefined && !Token.isUnresolved(scanBytes) && scanBytes < MIN_SCAN_BYTES) {
    problems.push(`scanLimit: ${scanBytes} bytes: expected ${MIN_SCAN_BYTES} or more`);
  }
  return problems;
}

/** An object of the archive may have 256 MB when it is unpacked. */
const MIN_READ_MEMORY_MB = 1024;
/** The most that Lambda has. */
const MAX_READ_MEMORY_MB = 10_240;

function readProblems({ read, readMemory, readConcurrency }: GivenProps): readonly string[] {
  const given = Object.entries({ readMemory, readConcurrency }).filter(([, value]) => value !== undefined);
  if (!read) return given.map(([name]) => `${name}: has no effect without read: true`);
  return [
    ...wholeNumber('readMemory in MB', readMemory?.toMebibytes(), MIN_READ_MEMORY_MB, MAX_READ_MEMORY_MB),
    ...wholeNumber('readConcurrency', readConcurrency, 1, 1000),
    ...knownNow('readConcurrency', readConcurrency, 'the throttle of an HTTP API'),
  ];
}

function capacityProblems(capacity: ProvisionedCapacity): readonly string[] {
  const { minWriteUnits, maxWriteUnits, minReadUnits, maxReadUnits, targetUtilizationPercent } = capacity;
  const path = 'provisionedCapacity';
  const problems = [
    ...wholeNumber(`${path}.minWriteUnits`, minWriteUnits, 1),
    ...wholeNumber(`${path}.maxWriteUnits`, maxWriteUnits, 1),
    ...wholeNumber(`${path}.minReadUnits`, minReadUnits, 1),
    ...wholeNumber(`${path}.maxReadUnits`, maxReadUnits, 1),
    ...wholeNumber(`${path}.targetUtilizationPercent`, targetUtilizationPercent, 20, 90),
  ];
  if (minWriteUnits > maxWriteUnits)
    problems.push(`${path}: minWriteUnits ${minWriteUnits} > maxWriteUnits ${maxWriteUnits}`);
  if (minReadUnits > maxReadUnits)
    problems.push(`${path}: minReadUnits ${minReadUnits} > maxReadUnits ${maxReadUnits}`);
  return problems;
}

/** For a number that only the deployment knows, the CDK uses a placeholder number, which arithmetic would turn into nonsense. */
function knownNow(name: string, value: number | undefined, computed: string): readonly string[] {
  if (value === undefined || !Token.isUnresolved(value)) return [];
  return [
    `${name}: got a value that only the deployment knows, such as a parameter of the stack: give a number, because ` +
      `${computed} is computed from it`,
  ];
}

function wholeNumber(name: string, value: number | undefined, min: number, max?: number): readonly string[] {
  if (value === undefined || Token.isUnresolved(value)) return [];
  if (Number.isInteger(value) && value >= min && (max === undefined || value <= max)) return [];
  return [
    `${name}: ${value}: expected a whole number ${max === undefined ? `of ${min} or more` : `from ${min} to ${max}`}`,
  ];
}
