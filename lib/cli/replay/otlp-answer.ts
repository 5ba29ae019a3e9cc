import { escapeForTerminal } from '../../terminal/show.ts';

/** What a receiver made of a request. */
export type OtlpAnswer =
  | { readonly kind: 'accepted'; readonly rejectedSpans: number; readonly message: string }
  /** The same request may be accepted later. */
  | { readonly kind: 'busy'; readonly reason: string; readonly retryAfter: string | null }
  /** It does not take these spans; others may be fine. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It cannot read compressed requests; the same one without compression may be accepted. */
  | { readonly kind: 'compression refused'; readonly reason: string }
  /** It takes nothing, or is no receiver. */
  | { readonly kind: 'failed'; readonly reason: string };

/** https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** Bad data, too much of it, or data that makes no sense to the receiver. */
const REFUSAL: ReadonlySet<number> = new Set([400, 413, 422]);

/** A receiver's message is shown up to here. */
const MAX_MESSAGE_LENGTH = 300;

/**
 * Reads an answer by the OTLP/HTTP specification.
 * @param body its beginning
 */
export function readOtlpAnswer(status: number, headers: Headers, body: string): OtlpAnswer {
  const message = messageOf(body);
  const reason = `HTTP ${status}${message === '' ? '' : `: ${message}`}`;
  if (RETRYABLE.has(status)) return { kind: 'busy', reason, retryAfter: headers.get('retry-after') };
  if (status === 415 && refusesGzip(headers.get('accept-encoding'))) return { kind: 'compression refused', reason };
  if (REFUSAL.has(status)) return { kind: 'refused', reason };
  if (status >= 300 && status < 400) {
    return {
      kind: 'failed',
      reason: `HTTP ${status}: it has moved to ${headers.get('location') ?? 'an unknown place'}`,
    };
  }
  if (status < 200 || status > 299) return { kind: 'failed', reason };
  const contentType = headers.get('content-type') ?? '';
  if (contentType.startsWith('text/html')) {
    return { kind: 'failed', reason: `HTTP ${status} with a web page: this is not an OTLP receiver` };
  }
  return { kind: 'accepted', ...partialSuccess(body) };
}

/** The header names what the receiver takes, if compression is what it minds (RFC 9110, section 15.5.16). */
function refusesGzip(acceptEncoding: string | null): boolean {
  return acceptEncoding !== null && !/gzip|\*/i.test(acceptEncoding);
}

/** Receivers may answer in any of the encodings, or with nothing. */
function partialSuccess(body: string): { readonly rejectedSpans: number; readonly message: string } {
  const { partialSuccess: answer } = parse(body);
  if (typeof answer !== 'object' || answer === null) return { rejectedSpans: 0, message: '' };
  const { rejectedSpans = 0, errorMessage = '' }: { rejectedSpans?: unknown; errorMessage?: unknown } = answer;
  return { rejectedSpans: Number(rejectedSpans) || 0, message: shown(String(errorMessage)) };
}

/** Of a `google.rpc.Status` in JSON, or of plain text. */
function messageOf(body: string): string {
  const { message } = parse(body);
  if (typeof message === 'string') return shown(message);
  return /^[\x20-\x7e\s]*$/.test(body) && !/^\s*[<{]/.test(body) ? shown(body) : '';
}

/** On one line, and without anything that a terminal would obey. */
function shown(message: string): string {
  return escapeForTerminal(message.trim().slice(0, MAX_MESSAGE_LENGTH));
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** What `Retry-After` asks for: seconds or an HTTP date (RFC 9110, section 10.2.3). Anything else asks for nothing. */
export function retryAfterMs(retryAfter: string | null, nowMs: number): number {
  if (retryAfter === null) return 0;
  if (/^\d+$/.test(retryAfter.trim())) return Number(retryAfter) * 1_000;
  const dateMs = Date.parse(retryAfter);
  return Number.isNaN(dateMs) ? 0 : Math.max(0, dateMs - nowMs);
}
