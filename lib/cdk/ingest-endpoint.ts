import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** What takes the HTTP requests for the ingest function. */
export interface FrontDoor {
  /** Base URL for exporters (`OTEL_EXPORTER_OTLP_ENDPOINT`), without a slash at its end. */
  readonly url: string;
}

export interface FrontDoorProps {
  readonly ingest: LambdaFunction;
  /** Origins of the web pages that may send spans; empty: none. */
  readonly corsOrigins: readonly string[];
}

export interface HttpApiProps extends FrontDoorProps {
  /** The reserved concurrency of the ingest function. */
  readonly concurrency: number;
  readonly logRetention: RetentionDays;
}

/** What exporters in browsers send; not all of it is safelisted. */
export const CORS_HEADERS: readonly string[] = ['authorization', 'content-encoding', 'content-type', 'x-api-key'];
