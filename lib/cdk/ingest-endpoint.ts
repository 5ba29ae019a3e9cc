import { Duration, Fn, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  CorsHttpMethod,
  HttpApi,
  HttpMethod as HttpApiMethod,
  HttpStage,
  LogGroupLogDestination,
  type ThrottleSettings,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { FunctionUrl, FunctionUrlAuthType, HttpMethod, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge, defaultChild } from './acknowledge.ts';

/** What takes the requests: the URL of the ingest function, or an HTTP API of API Gateway. */
export type IngestEndpointType = 'function-url' | 'http-api';

/** What takes the HTTP requests for the ingest function. */
export interface IngestEndpoint {
  /** Base URL for exporters (`OTEL_EXPORTER_OTLP_ENDPOINT`), without a slash at its end. */
  readonly url: string;
}

/** Properties of every ingest endpoint. */
export interface IngestEndpointProps {
  /** The ingest function. */
  readonly ingest: LambdaFunction;
  /** Origins of the web pages that may send spans; empty: none. */
  readonly corsOrigins: readonly string[];
}

/** What exporters in browsers send; not all of it is safelisted. */
const CORS_HEADERS: readonly string[] = ['authorization', 'content-encoding', 'content-type', 'x-api-key'];

/**
 * A function URL: free, without a body limit of its own, and a throttled request is answered 429, which exporters send again.
 * It is open, and the function checks the ingest key: exporters cannot sign requests as IAM would ask for.
 *
 * @example
 * ```ts
 * new CfnOutput(stack, 'Endpoint', { value: pipeline.ingestEndpoint.url });
 * ```
 */
export class FunctionUrlEndpoint extends Construct implements IngestEndpoint {
  /** Base URL for exporters, without a slash at its end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: IngestEndpointProps) {
    super(scope, id);
    const url = new FunctionUrl(this, 'Url', {
      function: props.ingest,
      authType: FunctionUrlAuthType.NONE,
      ...(props.corsOrigins.length > 0 && {
        cors: {
          allowedOrigins: [...props.corsOrigins],
          allowedMethods: [HttpMethod.POST],
          allowedHeaders: [...CORS_HEADERS],
          maxAge: Duration.days(1),
        },
      }),
    });
    this.url = `https://${Fn.select(2, Fn.split('/', url.url))}`;
  }
}

/** Properties of an HTTP API as the ingest endpoint. */
export interface HttpApiEndpointProps extends IngestEndpointProps {
  /** The reserved concurrency of the ingest function. */
  readonly concurrency: number;
  /** How long the lines of the access log are kept. */
  readonly logRetention: RetentionDays;
}

/** How long a request may take for the throttle to hold. One that waits for a slow service may take longer. */
const REQUEST_SECONDS = 0.2;

/**
 * The throttle that keeps an HTTP API below the concurrency of its function. API Gateway answers 500 when Lambda refuses an
 * invocation, and exporters must not send again what was answered so; its own throttle answers 429, which they do.
 *
 * At most burst + rate × duration requests are under way at once, so that each gets half of the concurrency.
 */
export function throttleFor(concurrency: number): { readonly burstLimit: number; readonly rateLimit: number } {
  const half = concurrency / 2;
  return { burstLimit: Math.floor(half), rateLimit: Math.floor(half / REQUEST_SECONDS) };
}

/** No address and no header of who sent it. */
const ACCESS_LOG_FORMAT = AccessLogFormat.custom(
  JSON.stringify({
    time: '$context.requestTime',
    requestId: '$context.requestId',
    route: '$context.routeKey',
    status: '$context.status',
    error: '$context.error.message',
    integrationError: '$context.integrationErrorMessage',
    latencyMs: '$context.responseLatency',
    responseBytes: '$context.responseLength',
  }),
);

/**
 * An HTTP API of API Gateway, for a domain of your own and a throttle before the function.
 *
 * @example
 * ```ts
 * if (pipeline.ingestEndpoint instanceof HttpApiEndpoint) {
 *   new ApiMapping(stack, 'Mapping', { api: pipeline.ingestEndpoint.api, domainName, stage: pipeline.ingestEndpoint.stage });
 * }
 * ```
 */
export class HttpApiEndpoint extends Construct implements IngestEndpoint {
  /** The HTTP API. */
  readonly api: HttpApi;
  /** Its only stage, `$default`. */
  readonly stage: HttpStage;
  /** Base URL for exporters, without a slash at its end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: HttpApiEndpointProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      description: 'Tailgate: OTLP/HTTP',
      createDefaultStage: false,
      ...(props.corsOrigins.length > 0 && {
        corsPreflight: {
          allowOrigins: [...props.corsOrigins],
          allowMethods: [CorsHttpMethod.POST],
          allowHeaders: [...CORS_HEADERS],
          maxAge: Duration.days(1),
        },
      }),
    });
    const integration = new HttpLambdaIntegration('Ingest', props.ingest);
    this.api.addRoutes({ path: '/v1/traces', methods: [HttpApiMethod.POST], integration });
    this.api.addRoutes({ path: '/healthz', methods: [HttpApiMethod.GET], integration });
    acknowledge(this.api, 'APIG4', 'the function checks the ingest key itself, in the same way behind every endpoint');

    const logs = new LogGroup(this, 'AccessLogs', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: throttleFor(props.concurrency),
      accessLogSettings: { destination: new LogGroupLogDestination(logs), format: ACCESS_LOG_FORMAT },
    });
    this.url = this.api.apiEndpoint;
  }
}

/** Adds routes with a throttle of their own to an HTTP API, so that their requests do not take what its throttle leaves to exporters. */
export function addLimitedRoutes(
  { api, stage }: HttpApiEndpoint,
  { paths, methods, integration }: LimitedRoutes,
  { burstLimit, rateLimit }: Required<ThrottleSettings>,
): void {
  const settings = { ThrottlingBurstLimit: burstLimit, ThrottlingRateLimit: rateLimit };
  const routeKeys = paths.flatMap((path) => methods.map((method) => `${method} ${path}`));
  // The construct of the AWS library has one throttle for all routes. The map has its names as CloudFormation spells them.
  defaultChild<CfnStage>(stage).routeSettings = Object.fromEntries(routeKeys.map((key) => [key, settings]));
  // A stage has settings of those routes alone that are there.
  for (const path of paths) stage.node.addDependency(...api.addRoutes({ path, methods: [...methods], integration }));
}

interface LimitedRoutes {
  readonly paths: readonly string[];
  readonly methods: readonly HttpApiMethod[];
  readonly integration: HttpLambdaIntegration;
}

/** What every kind of endpoint may need. */
type AnyEndpointProps = Omit<HttpApiEndpointProps, 'concurrency'> & {
  /** The reserved concurrency of the ingest function. An HTTP API needs a number, for its throttle. */
  readonly concurrency: number | 'unreserved';
};

/** Creates the endpoint of a type, below `FunctionUrl` or `HttpApi`. */
export function createIngestEndpoint(
  scope: Construct,
  type: IngestEndpointType,
  { concurrency, ...props }: AnyEndpointProps,
): FunctionUrlEndpoint | HttpApiEndpoint {
  return type === 'function-url' || concurrency === 'unreserved'
    ? new FunctionUrlEndpoint(scope, 'FunctionUrl', props)
    : new HttpApiEndpoint(scope, 'HttpApi', { ...props, concurrency });
}
