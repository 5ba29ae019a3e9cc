import { Duration, Fn } from 'aws-cdk-lib';
import { FunctionUrl, FunctionUrlAuthType, HttpMethod } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { CORS_HEADERS, type FrontDoor, type FrontDoorProps } from './ingest-endpoint.ts';

/**
 * A function URL: free, without a body limit of its own, and a throttled request is answered 429, which exporters send again.
 * Exporters cannot sign requests as IAM asks for, so that it is open and the function checks the ingest key.
 */
export class FunctionUrlDoor extends Construct implements FrontDoor {
  readonly url: string;

  constructor(scope: Construct, id: string, props: FrontDoorProps) {
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
