import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ArnFormat, type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, Code, Function as LambdaFunction, type RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { FUNCTION_MEMORY_MB } from './deployment-defaults.ts';

/** The bundled handlers: the package has them, and in the repository `cdk synth` and the tests make them first. */
const HANDLERS = join(import.meta.dirname, '../../dist/handlers');

/** What the functions of a pipeline differ in. */
export interface PipelineFunctionProps {
  /** The handler: a folder of `functions/`. */
  readonly handler: 'ingest' | 'decide' | 'compact' | 'read';
  /** Description of the function, for the console of Lambda. */
  readonly description: string;
  /** After this time Lambda ends an invocation. */
  readonly timeout: Duration;
  /** @default 1769 MB, which gives the function one whole processor */
  readonly memoryMb?: number;
  /** Environment variables, besides those of Node.js. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the function may do, besides writing its log. */
  readonly statements: readonly PolicyStatement[];
  /** @default not reserved: the function shares the concurrency of the account */
  readonly reservedConcurrentExecutions?: number | undefined;
  /** @default Lambda stops a loop through a queue after some 16 rounds */
  readonly recursiveLoop?: RecursiveLoop;
  /** How long log lines are kept. */
  readonly logRetention: RetentionDays;
}

/**
 * A Lambda function of a pipeline, with a role and a log group of its own. The role has exactly the rights that the handler uses.
 *
 * @example
 * ```ts
 * // Another variable for the function of a pipeline, and an alarm of your own.
 * pipeline.ingest.function.addEnvironment('AWS_LAMBDA_LOG_LEVEL', 'WARN');
 * pipeline.ingest.function.metricErrors().createAlarm(stack, 'MyAlarm', { threshold: 1, evaluationPeriods: 1 });
 * ```
 */
export abstract class PipelineFunction extends Construct {
  /** The Lambda function. */
  readonly function: LambdaFunction;
  /** The role that the function runs with. */
  readonly role: Role;
  /** Where the function writes its log. */
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Logs', { retention: props.logRetention, removalPolicy: RemovalPolicy.DESTROY });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Tailgate: ${props.handler}`,
      // Inline, so that the role has its rights from the start: the event source checks them when it is created.
      inlinePolicies: {
        Pipeline: new PolicyDocument({ statements: [writeLog(this.logGroup), ...props.statements] }),
      },
    });
    this.function = new LambdaFunction(this, 'Function', {
      code: Code.fromAsset(bundle(props.handler)),
      handler: 'index.handler',
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb ?? FUNCTION_MEMORY_MB,
      timeout: props.timeout,
      role: this.role,
      logGroup: this.logGroup,
      environment: { ...props.environment, NODE_OPTIONS: '--enable-source-maps' },
      ...(props.reservedConcurrentExecutions !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      }),
      ...(props.recursiveLoop !== undefined && { recursiveLoop: props.recursiveLoop }),
    });
  }
}

/** Folder of a bundled handler. */
function bundle(handler: PipelineFunctionProps['handler']): string {
  const folder = join(HANDLERS, handler);
  if (!existsSync(folder)) {
    throw new Error(
      `${folder} does not exist: an app that is bundled has to leave tailgate-cdk out of its bundle (esbuild: ` +
        '--external:tailgate-cdk), because the handlers lie in the package; in the repository, run "npm run build -- handlers"',
    );
  }
  return folder;
}

function writeLog(logGroup: LogGroup): PolicyStatement {
  return allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
}

/** A statement of a function's policy. */
export function allow(actions: readonly string[], ...resources: readonly string[]): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] });
}

/** Lets a function use a KMS key through the services that hold the pipeline's data, and in no other way. */
export function useOfKey(scope: Construct, key: IKey | undefined): readonly PolicyStatement[] {
  const actions = ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'];
  return throughServices(scope, key, actions, ['dynamodb', 's3', 'sqs']);
}

/** The same for a function that only reads the table and the bucket. */
export function decryptionWithKey(scope: Construct, key: IKey | undefined): readonly PolicyStatement[] {
  return throughServices(scope, key, ['Decrypt', 'DescribeKey'], ['dynamodb', 's3']);
}

function throughServices(
  scope: Construct,
  key: IKey | undefined,
  actions: readonly string[],
  services: readonly string[],
): readonly PolicyStatement[] {
  if (key === undefined) return [];
  const { region, urlSuffix } = Stack.of(scope);
  const through = services.map((service) => `${service}.${region}.${urlSuffix}`);
  return [
    new PolicyStatement({
      effect: Effect.ALLOW,
      actions: actions.map((action) => `kms:${action}`),
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': through } },
    }),
  ];
}

/** ARN of an SSM parameter, or of a path of them. @param name with its leading slash */
export function parameterArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'ssm',
    resource: 'parameter',
    resourceName: name.slice(1),
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}

/**
 * What a read of one version of a parameter names, `name:version`. It is nothing else, because names have no colon. AWS does not document
 * whether the right to a parameter includes its versions.
 */
export function versionsOf(parameterArn: string): string {
  return `${parameterArn}:*`;
}
