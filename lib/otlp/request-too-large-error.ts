/** The request is sound, but there is too much in it. The same spans in smaller requests are welcome (OTLP/HTTP: 413). */
export class RequestTooLargeError extends Error {
  override readonly name = 'RequestTooLargeError';
}
