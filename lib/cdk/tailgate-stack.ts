import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { TRACES_PREFIX } from '../archive/layout.ts';
import type { TailSamplingPipelineProps } from './pipeline-props.ts';
import { TailSamplingPipeline } from './tail-sampling-pipeline.ts';

/** Properties of a stack with one pipeline. */
export interface TailgateStackProps extends StackProps {
  /** Properties of the pipeline. */
  readonly pipeline: TailSamplingPipelineProps;
}

/**
 * A stack with one pipeline and its outputs. The command `tailgate` finds a pipeline by these outputs (`--stack`), so their names
 * are a contract: docs/contracts.md.
 *
 * @example
 * ```ts
 * new TailgateStack(app, 'Tailgate', {
 *   env: { account: '111111111111', region: 'eu-west-1' },
 *   pipeline: { policies: Policies.fromFile('tailgate.yaml') },
 * });
 * ```
 */
export class TailgateStack extends Stack {
  /** The pipeline. */
  readonly pipeline: TailSamplingPipeline;

  constructor(scope: Construct, id: string, props: TailgateStackProps) {
    // Without properties, in plain JavaScript, the pipeline says what is missing.
    const { pipeline: pipelineProps, ...stackProps } = props ?? {};
    super(scope, id, stackProps);
    this.pipeline = new TailSamplingPipeline(this, 'Tailgate', pipelineProps);
    const { keysPath, policies, wakeUps, buffer, archiveBucket, database, workGroup, ingestUrl } = this.pipeline;
    const header =
      keysPath === undefined
        ? 'none: requests need no key'
        : `x-api-key=<key>, which "tailgate keys create --stack ${this.stackName}" prints`;
    this.#output('IngestUrl', ingestUrl, 'OTEL_EXPORTER_OTLP_ENDPOINT');
    this.#output('IngestHeaders', header, 'OTEL_EXPORTER_OTLP_HEADERS');
    this.#output('PoliciesParameter', policies.parameterName, 'SSM parameter of the policies');
    this.#output('KeysPath', keysPath ?? 'none', 'SSM path of the ingest keys');
    this.#output('WakeUpQueueUrl', wakeUps.queue.queueUrl, 'Wake-ups, delayed by the decision wait');
    this.#output('DeadLetterQueueUrl', wakeUps.deadLetterQueue.queueUrl, 'Wake-ups that could not be settled');
    this.#output('BufferTable', buffer.table.tableName, 'Spans that wait for their decision, and decisions');
    this.#output('ArchiveBucket', archiveBucket.bucketName, `Kept traces, under ${TRACES_PREFIX}`);
    this.#output('Database', database.databaseName, 'Athena database with the views traces and spans');
    this.#output('WorkGroup', workGroup.workGroupName, 'Athena workgroup to query in');
    this.#output('Tenants', String(database.tenants), 'Whether each query has to name a tenant');
    this.#output('RetentionDays', String(database.retentionDays), 'Days that kept traces stay');
  }

  #output(name: string, value: string, description: string): void {
    new CfnOutput(this, name, { value, description });
  }
}
