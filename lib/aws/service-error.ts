/** An error that a service of AWS answered. Looks to {@link isRetryable} like those of the SDK. */
export class ServiceError extends Error {
  /** As the service has it, e.g. `ThrottlingException`. */
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string | undefined };

  private constructor(name: string, message: string, metadata: ServiceError['$metadata']) {
    super(message);
    this.name = name;
    this.$metadata = metadata;
  }

  /** https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization */
  static of(httpStatusCode: number, headers: Readonly<Record<string, string>>, body: string): ServiceError {
    const { __type, code, message, Message } = parse(body);
    const name = nameOf(headers['x-amzn-errortype'] ?? __type ?? code);
    const requestId = headers['x-amzn-requestid'];
    return new ServiceError(name, String(message ?? Message ?? `status ${httpStatusCode}`), {
      httpStatusCode,
      requestId,
    });
  }
}

/** Without the namespace before it and the URL after it. */
function nameOf(type: unknown): string {
  if (typeof type !== 'string') return 'UnknownError';
  return /^(?:[^:#]*#)?([^:#]+)/.exec(type)?.[1] ?? 'UnknownError';
}

/** A proxy on the way may answer with something else than JSON. */
function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}
