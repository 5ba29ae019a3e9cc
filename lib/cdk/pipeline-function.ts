import { join } from 'node:path';
import { ArnFormat, type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, type RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda';
import { type BundlingOptions, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { FUNCTION_MEMORY_MB } from './deployment-defaults.ts';

/** Credentials of a developer's machine: the SDK loads them on demand, after those of Lambda, which are always there. */
const UNUSED_CREDENTIAL_PROVIDERS = [
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@smithy/credential-provider-imds',
];

/**
 * Node.js gets the package's CommonJS, of which esbuild cannot leave out anything; these are the same sources as ESM.
 * From the root of the repository, where esbuild runs.
 */
const YAML_ESM = './node_modules/yaml/browser/index.js';

/**
 * How esbuild makes one file of a function. The AWS SDK is in it: the runtime's is another one than was tested, changes under the function,
 * and takes longer to load, because nothing of it is left out.
 */
export const BUNDLING: BundlingOptions = {
  format: OutputFormat.ESM,
  // Some packages are CommonJS and load modules of Node.js by require, which ESM has not.
  banner: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  sourceMap: true,
  sourcesContent: false,
  esbuildArgs: { '--alias:yaml': YAML_ESM },
  externalModules: UNUSED_CREDENTIAL_PROVIDERS,
};

/** The use of a KMS key by the services that hold the pipeline's data, and in no other way. */
export function useOfKey(scope: Construct, key: IKey | undefined): readonly PolicyStatement[] {
  if (key === undefined) return [];
  const { region, urlSuffix } = Stack.of(scope);
  return [
    new PolicyStatement({
      effect: Effect.ALLOW,
      actions: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      resources: [key.keyArn],
      conditions: {
        StringEquals: {
          'kms:ViaService': ['dynamodb', 's3', 'sqs'].map((service) => `${service}.${region}.${urlSuffix}`),
        },
      },
    }),
  ];
}

/** @param name of an SSM parameter, or a path of them, with its leading slash */
export function parameterArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'ssm',
    resource: 'parameter',
    resourceName: name.slice(1),
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}

const REPOSITORY = join(import.meta.dirname, '../..');

export interface PipelineFunctionProps {
  /** Folder under `functions/`. */
  readonly folder: 'ingest' | 'decide' | 'compact';
  readonly description: string;
  readonly timeout: Duration;
  /** @default what gives it one whole processor */
  readonly memoryMb?: number;
  readonly environment: Readonly<Record<string, string>>;
  /** What the function may do, besides writing its log. */
  readonly statements: readonly PolicyStatement[];
  /** @default not reserved: it shares the concurrency of the account */
  readonly reservedConcurrentExecutions?: number | undefined;
  /** @default a loop through a queue is stopped after some 16 rounds */
  readonly recursiveLoop?: RecursiveLoop;
  readonly logRetention: RetentionDays;
}

/** A function of `functions/` with a role and a log group of its own. */
export class PipelineFunction extends Construct {
  readonly function: NodejsFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: PipelineFunctionProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Logs', { retention: props.logRetention, removalPolicy: RemovalPolicy.DESTROY });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Tailgate: ${props.folder}`,
      // Inline, so that the role has its rights from the start: the event source checks them when it is created.
      inlinePolicies: {
        Pipeline: new PolicyDocument({ statements: [writeLog(this.logGroup), ...props.statements] }),
      },
    });
    this.function = new NodejsFunction(this, 'Function', {
      entry: join(REPOSITORY, 'functions', props.folder, 'index.ts'),
      projectRoot: REPOSITORY,
      depsLockFilePath: join(REPOSITORY, 'package-lock.json'),
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb ?? FUNCTION_MEMORY_MB,
      timeout: props.timeout,
      role: this.role,
      logGroup: this.logGroup,
      environment: { ...props.environment, NODE_OPTIONS: '--enable-source-maps' },
      awsSdkConnectionReuse: false,
      ...(props.reservedConcurrentExecutions !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      }),
      ...(props.recursiveLoop !== undefined && { recursiveLoop: props.recursiveLoop }),
      bundling: BUNDLING,
    });
  }
}

function writeLog(logGroup: LogGroup): PolicyStatement {
  return allow(['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.logGroupArn);
}

/** A statement of a function's policy. */
export function allow(actions: readonly string[], ...resources: readonly string[]): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...resources] });
}
