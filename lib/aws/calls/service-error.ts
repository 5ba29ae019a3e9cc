import type { HttpAnswer } from './connections.ts';

/** The error that a service answered with. It has the members by which `retry.ts` recognizes errors of the SDK. */
export class ServiceError extends Error {
  /** As the service names it, e.g. `ThrottlingException`. */
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string | undefined };

  constructor(name: string, message: string, metadata: ServiceError['$metadata']) {
    super(message);
    this.name = name;
    this.$metadata = metadata;
  }

  /** https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization */
  static of({ status, headers, body }: HttpAnswer): ServiceError {
    const text = body.toString();
    const { __type, code, message, Message } = parse(text);
    const name = nameOf(headers['x-amzn-errortype'] ?? __type ?? code);
    return new ServiceError(name, String(message ?? Message ?? `status ${status}: ${text.slice(0, 200)}`), {
      httpStatusCode: status,
      requestId: headers['x-amzn-requestid']?.toString(),
    });
  }
}

/** Without the namespace before it and the URL after it. */
function nameOf(type: unknown): string {
  if (typeof type !== 'string') return 'UnknownError';
  return /^(?:[^:#]*#)?([^:#]+)/.exec(type)?.[1] ?? 'UnknownError';
}

/** A proxy on the way may answer with something that is not JSON. */
function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}

/** An answer did not come as the service sent it. Another attempt may cure that, which `$retryable` tells `retry.ts`. */
export class DamagedAnswerError extends Error {
  override readonly name = 'DamagedAnswerError';
  readonly $retryable = {};
}
