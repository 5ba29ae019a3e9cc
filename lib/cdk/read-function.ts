import { Duration, Fn, type Size } from 'aws-cdk-lib';
import { HttpMethod as HttpApiMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { FunctionUrl, FunctionUrlAuthType } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { PARTS_PREFIX, SPILL_PREFIX, TRACES_PREFIX } from '../archive/layout.ts';
import { VARIABLES } from '../aws/function-contract.ts';
import { acknowledgeWildcard } from './acknowledge.ts';
import { addLimitedRoutes, type FunctionUrlEndpoint, HttpApiEndpoint } from './ingest-endpoint.ts';
import { allow, decryptionWithKey, PipelineFunction, parameterArn, versionsOf } from './pipeline-function.ts';
import type { TailSamplingPipelineProps } from './pipeline-props.ts';
import type { PipelineResources } from './pipeline-resources.ts';

/** A call stops reading after 8 s; one object more, with its retries, still ends. An HTTP API waits for 30 s at most. */
const TIMEOUT = Duration.seconds(29);

/** Requests at once and a second for each concurrent invocation, behind an HTTP API: a browser opens the page with a handful. */
const REQUESTS_PER_INVOCATION = 4;

/** Properties of the read function. */
export interface ReadFunctionProps {
  /** What the functions of the pipeline share. */
  readonly resources: PipelineResources;
  /** What takes the requests for spans. An HTTP API takes those for kept traces, too; otherwise the function gets a URL of its own. */
  readonly ingestEndpoint: FunctionUrlEndpoint | HttpApiEndpoint;
  /** SSM path of the hashes of the read keys. */
  readonly keysPath: string;
  /** Memory of the function. @default 1769 MB, which gives it one whole processor */
  readonly memory?: Size;
  /** Concurrent invocations. */
  readonly concurrency: number;
  /** Whether they are reserved. */
  readonly isReserved: boolean;
  /** How long log lines are kept. */
  readonly logRetention: RetentionDays;
}

/**
 * The read function: serves the page, Jaeger's API and the API of kept traces to those who have a read key. It can write nothing but
 * its log.
 *
 * @example
 * ```ts
 * new CfnOutput(stack, 'Page', { value: pipeline.read?.url ?? 'not served' });
 * ```
 */
export class ReadFunction extends PipelineFunction {
  /** Where the page and the APIs are, without a slash at its end. */
  readonly url: string;
  /** SSM path of the read keys. */
  readonly keysPath: string;

  constructor(scope: Construct, id: string, props: ReadFunctionProps) {
    const { resources, keysPath, concurrency, ingestEndpoint } = props;
    const { table, bucket, policies, tenants, encryptionKey } = resources;
    const traces = bucket.arnForObjects(`${TRACES_PREFIX}*`);
    const parts = bucket.arnForObjects(`${PARTS_PREFIX}*`);
    const spills = bucket.arnForObjects(`${SPILL_PREFIX}*`);
    super(scope, id, {
      handler: 'read',
      description: 'Tailgate: serves the page and the APIs of kept traces',
      timeout: TIMEOUT,
      ...(props.memory !== undefined && { memoryMb: props.memory.toMebibytes() }),
      environment: {
        [VARIABLES.table]: table.tableName,
        [VARIABLES.bucket]: bucket.bucketName,
        [VARIABLES.readKeysPath]: keysPath,
        [VARIABLES.configParameter]: policies.parameterName,
        ...(tenants && { [VARIABLES.tenants]: '1' }),
      },
      statements: [
        // What is known of a trace, and its spans that wait, by its ID. Without the right to scan, nobody finds an ID here.
        allow(['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'], table.tableArn),
        allow(['s3:GetObject'], traces, parts, spills),
        listOfArchive(bucket),
        allow(['ssm:GetParametersByPath'], parameterArn(scope, keysPath)),
        // A trace that is not kept is explained by the policies of now.
        allow(['ssm:GetParameter'], policies.parameterArn, versionsOf(policies.parameterArn)),
        ...decryptionWithKey(scope, encryptionKey),
      ],
      reservedConcurrentExecutions: props.isReserved ? concurrency : undefined,
      logRetention: props.logRetention,
    });
    this.keysPath = keysPath;
    acknowledgeWildcard(this.role, traces, 'the keys of archive objects are made of the time and a random number');
    acknowledgeWildcard(this.role, parts, 'the keys of parts are made of the hours that they are of');
    acknowledgeWildcard(this.role, spills, 'the keys of spilled fragments are made of trace IDs');
    acknowledgeWildcard(
      this.role,
      versionsOf(policies.parameterArn),
      'any version of the policies may be the last one without errors',
    );
    this.url =
      ingestEndpoint instanceof HttpApiEndpoint ? this.#routeFrom(ingestEndpoint, concurrency) : this.#ownUrl();
  }

  #ownUrl(): string {
    const url = new FunctionUrl(this, 'Url', { function: this.function, authType: FunctionUrlAuthType.NONE });
    return `https://${Fn.select(2, Fn.split('/', url.url))}`;
  }

  /** The API has a route of its own for each path of ingest: all others are read. */
  #routeFrom(endpoint: HttpApiEndpoint, concurrency: number): string {
    const limit = REQUESTS_PER_INVOCATION * concurrency;
    const routes = {
      paths: ['/', '/{proxy+}'],
      methods: [HttpApiMethod.GET, HttpApiMethod.HEAD],
      integration: new HttpLambdaIntegration('Read', this.function),
    };
    addLimitedRoutes(endpoint, routes, { burstLimit: limit, rateLimit: limit });
    return endpoint.url;
  }
}

/** The read function of a pipeline, below `Read`; `undefined`: its properties ask for none. */
export function createReadFunction(
  scope: Construct,
  { read, readMemory, readConcurrency = 5, ingestConcurrency }: TailSamplingPipelineProps,
  shared: Pick<ReadFunctionProps, 'resources' | 'ingestEndpoint' | 'logRetention'>,
): ReadFunction | undefined {
  if (!read) return undefined;
  return new ReadFunction(scope, 'Read', {
    ...shared,
    keysPath: `/tailgate/${shared.resources.pipelineName}/read-keys`,
    ...(readMemory !== undefined && { memory: readMemory }),
    concurrency: readConcurrency,
    isReserved: ingestConcurrency !== 'unreserved',
  });
}

/**
 * Lists the archive, and nothing else of the bucket. A GET has no prefix; without the right to list, S3 answers 403, not 404, for an
 * object that the lifecycle rule has deleted a moment ago.
 */
function listOfArchive(bucket: IBucket): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: ['s3:ListBucket'],
    resources: [bucket.bucketArn],
    conditions: { StringLikeIfExists: { 's3:prefix': [`${TRACES_PREFIX}*`, `${PARTS_PREFIX}*`] } },
  });
}
