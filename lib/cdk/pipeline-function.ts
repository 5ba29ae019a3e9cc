import { join } from 'node:path';
import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { BUNDLING } from './bundling.ts';
import { FUNCTION_MEMORY_MB } from './deployment-defaults.ts';

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
