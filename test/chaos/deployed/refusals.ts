import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Random } from '../../../lib/traffic/random.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

type Choices = readonly [readonly [number, string], ...(readonly [number, string])[]];

/** What the services answer when they do nothing, and when nobody knows what they did. */
const ERRORS: Readonly<Record<string, { readonly before: Choices; readonly after: Choices }>> = {
  dynamodb: {
    before: [
      [400, 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException'],
      [400, 'com.amazon.coral.availability#ThrottlingException'],
      [400, 'com.amazonaws.dynamodb.v20120810#RequestLimitExceeded'],
      [500, 'com.amazonaws.dynamodb.v20120810#InternalServerError'],
      [503, 'com.amazon.coral.availability#ServiceUnavailableException'],
    ],
    after: [[500, 'com.amazonaws.dynamodb.v20120810#InternalServerError']],
  },
  sqs: {
    before: [
      [400, 'com.amazonaws.sqs#RequestThrottled'],
      [500, 'com.amazon.coral.service#InternalFailure'],
      [503, 'com.amazon.coral.service#ServiceUnavailable'],
    ],
    after: [[500, 'com.amazon.coral.service#InternalFailure']],
  },
  ssm: {
    before: [
      [400, 'ThrottlingException'],
      [500, 'InternalServerError'],
    ],
    after: [[500, 'InternalServerError']],
  },
  s3: {
    before: [
      [503, 'SlowDown'],
      [500, 'InternalError'],
    ],
    after: [
      [500, 'InternalError'],
      [503, 'ServiceUnavailable'],
    ],
  },
};
/** Of a write with a condition, while another one of the same key is under way. */
const CONFLICT: readonly [number, string] = [409, 'ConditionalRequestConflict'];

/** An error of the service that was called, `before` or `after` the call has taken effect. */
export function refusal(
  operation: string,
  { headers: asked }: Pick<IncomingMessage, 'headers'>,
  random: Random,
  when: 'before' | 'after',
): Answer {
  const service = operation.split('.')[0] ?? '';
  const errors = ERRORS[service];
  if (errors === undefined) throw new Error(`no errors are known of ${operation}`);
  const isConditional = asked['if-none-match'] !== undefined && when === 'before';
  const [status, code] = isConditional && random.between(0, 1) < 0.3 ? CONFLICT : random.pick(errors[when]);
  const [type, text] =
    service === 's3'
      ? ['application/xml', `<?xml version="1.0"?><Error><Code>${code}</Code><Message>chaos</Message></Error>`]
      : ['application/x-amz-json-1.0', JSON.stringify({ __type: code, message: 'chaos' })];
  const body = Buffer.from(text);
  const headers = { 'content-type': type, 'content-length': String(body.length), 'x-amzn-requestid': 'chaos' };
  return { status, headers, body };
}
