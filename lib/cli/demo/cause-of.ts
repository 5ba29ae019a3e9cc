import { escapeForTerminal } from '../../terminal/escape.ts';
import type { KeptTrace } from './kept-traces.ts';

/** The exception that was recorded first: the ones above it in the trace only hand it on. */
export function causeOf(trace: KeptTrace): string {
  const exceptions = trace.spans.filter((span) => span.exception !== null);
  const deepest = exceptions.findLast((span) => !exceptions.some((other) => other.parentSpanId === span.spanId));
  return deepest === undefined ? '' : escapeForTerminal(`${deepest.service}: ${deepest.exception}`);
}
