export { ArchiveBucket, type ArchiveBucketProps } from './archive-bucket.ts';
export {
  ArchiveDatabase,
  type ArchiveDatabaseProps,
  ArchiveWorkGroup,
  type ArchiveWorkGroupProps,
  SavedQueries,
  type SavedQueriesProps,
} from './archive-database.ts';
export { BufferTable, type BufferTableProps, type ProvisionedCapacity } from './buffer-table.ts';
export { DecideFunction, type DecideFunctionProps } from './decide-function.ts';
export type { FrontDoor } from './ingest-endpoint.ts';
export { FunctionUrlDoor, HttpApiDoor } from './ingest-endpoint.ts';
export { IngestFunction, type IngestFunctionProps } from './ingest-function.ts';
export { InvalidPipelineError } from './pipeline-problems.ts';
export type { FrontDoorType, TailSamplingPipelineProps } from './pipeline-props.ts';
export type { PipelineResources } from './pipeline-resources.ts';
export { Policies, PoliciesParameter, type PoliciesParameterProps } from './policies.ts';
export { TailSamplingPipeline } from './tail-sampling-pipeline.ts';
export { TailgateStack, type TailgateStackProps } from './tailgate-stack.ts';
export { WakeUpQueues, type WakeUpQueuesProps } from './wake-up-queues.ts';
