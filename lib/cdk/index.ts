/**
 * AWS CDK constructs of Tailgate: tail sampling for OpenTelemetry traces with no servers to run.
 *
 * This file is the public surface of the package `tailgate-cdk`: every type that stands in an exported signature, and nothing else.
 * docs/api/tailgate-cdk.api.md is its report; `npm run build` writes it.
 *
 * @packageDocumentation
 */
export {
  ArchiveDatabase,
  type ArchiveDatabaseProps,
  ArchiveWorkGroup,
  type ArchiveWorkGroupProps,
} from './archive-database.ts';
export { BufferTable, type BufferTableProps, type ProvisionedCapacity } from './buffer-table.ts';
export { CompactFunction, type CompactFunctionProps } from './compact-function.ts';
export { DecideFunction, type DecideFunctionProps } from './decide-function.ts';
export {
  FunctionUrlEndpoint,
  HttpApiEndpoint,
  type HttpApiEndpointProps,
  type IngestEndpoint,
  type IngestEndpointProps,
  type IngestEndpointType,
} from './ingest-endpoint.ts';
export { IngestFunction, type IngestFunctionProps } from './ingest-function.ts';
export type { AlarmId } from './monitoring/alarm-catalogue.ts';
export type { AlarmThresholds, PipelineMonitoringProps } from './monitoring/monitoring-props.ts';
export { PipelineMonitoring } from './monitoring.ts';
export { PipelineFunction, type PipelineFunctionProps } from './pipeline-function.ts';
export { InvalidPipelineError } from './pipeline-problems.ts';
export type { TailSamplingPipelineProps } from './pipeline-props.ts';
export type { PipelineResources } from './pipeline-resources.ts';
export { Policies, PoliciesParameter, type PoliciesParameterProps } from './policies.ts';
export { ReadFunction, type ReadFunctionProps } from './read-function.ts';
export { TailSamplingPipeline } from './tail-sampling-pipeline.ts';
export { TailgateStack, type TailgateStackProps } from './tailgate-stack.ts';
export { WakeUpQueues, type WakeUpQueuesProps } from './wake-up-queues.ts';
