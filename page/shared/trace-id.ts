/** In this order: a traceparent has 32 digits in it. */
const FORMS = [
  /(?<![\da-f])(?:0x)?([\da-f]{32})(?![\da-f])/i,
  /(?<![\da-f])1-([\da-f]{8}-[\da-f]{24})(?![\da-f])/i,
  /(?<![\da-f])([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})(?![\da-f])/i,
];

/**
 * The trace ID in what a person has pasted: plain digits, a UUID, a traceparent, an X-Ray ID, also with a header or a log line around it.
 * A text without one comes back as it is, and the server says what is wrong with it.
 *
 * @example
 * ```ts
 * traceIdIn('traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
 * traceIdIn('X-Amzn-Trace-Id: Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Sampled=1');
 * ```
 */
export function traceIdIn(text: string): string {
  for (const form of FORMS) {
    const id = form.exec(text)?.[1];
    if (id !== undefined) return id.replaceAll('-', '').toLowerCase();
  }
  return text.trim();
}
