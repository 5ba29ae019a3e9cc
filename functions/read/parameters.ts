import { parseTraceIdOrDigits } from '../../lib/archive/trace-id.ts';
import { parseTime, TIME_FORMS } from '../../lib/archive/window.ts';
import type { ReadWindow } from '../../lib/read/results.ts';
import { didYouMean } from '../../lib/text/nearest-name.ts';
import { HttpError } from './http.ts';

/** The window of a request without one. */
const DEFAULT_WINDOW_MS = 3_600_000;

/** @throws {HttpError} when the request has a parameter that nothing reads: a filter left out would look like an answer */
export function checkParameters(query: URLSearchParams, known: readonly string[]): void {
  const unknown = [...new Set(query.keys())].filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const named = unknown.map((name) => `no parameter ${JSON.stringify(name)}${didYouMean(name, known)}`);
  throw new HttpError(400, `${named.join('; ')}. There are ${known.join(', ')}`);
}

/** The first value of a parameter; undefined when it is missing or empty. */
export function textParameter(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) || undefined;
}

/** @throws {HttpError} */
export function numberParameter(query: URLSearchParams, name: string, min: number, max: number): number | undefined {
  const text = textParameter(query, name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!(number >= min && number <= max)) {
    throw new HttpError(400, `${name} must be a number from ${min} to ${max}, got ${JSON.stringify(text)}`);
  }
  return number;
}

/** @throws {HttpError} */
export function choiceParameter<Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = textParameter(query, name);
  const choice = choices.find((one) => one === text);
  if (text !== undefined && choice === undefined) {
    throw new HttpError(400, `${name} must be one of ${choices.join(', ')}, got ${JSON.stringify(text)}`);
  }
  return choice;
}

/** A time as a person writes it, or in milliseconds since the epoch. @throws {HttpError} */
function timeParameter(query: URLSearchParams, name: string, nowMs: number): number | undefined {
  const text = textParameter(query, name);
  if (text === undefined) return undefined;
  const ms = /^\d{12,14}$/.test(text) ? Number(text) : parseTime(text, nowMs);
  if (ms === undefined) {
    throw new HttpError(
      400,
      `${name} must be a time, got ${JSON.stringify(text)}: ${TIME_FORMS}, or milliseconds since the epoch`,
    );
  }
  return ms;
}

/** `from` and `to`; without them the last hour. @throws {HttpError} */
export function windowParameters(query: URLSearchParams, nowMs: number): ReadWindow {
  const toMs = timeParameter(query, 'to', nowMs);
  const fromMs = timeParameter(query, 'from', nowMs) ?? (toMs ?? nowMs) - DEFAULT_WINDOW_MS;
  if (toMs !== undefined && toMs <= fromMs) throw new HttpError(400, 'from must be before to');
  return { fromMs, toMs };
}

/** A trace ID of 32 lower-case hex digits, in any form that logs and clients have. @throws {HttpError} */
export function traceIdOf(text: string): string {
  const id = parseTraceIdOrDigits(text);
  if (id !== undefined) return id;
  throw new HttpError(400, `a trace ID has up to 32 hex digits, got ${JSON.stringify(text)}`);
}

/** Jaeger's page looks back two days at most. */
const LOOKBACK_MS = 2 * 24 * 3_600_000;

/** Of what Jaeger and Tempo's clients ask for without a window. */
export function recentWindow(nowMs: number): ReadWindow {
  return { fromMs: nowMs - LOOKBACK_MS };
}

/** @throws {HttpError} when the window is empty */
export function windowOf(fromMs: number, toMs: number): ReadWindow {
  if (!(fromMs < toMs)) throw new HttpError(400, 'the start of the window must be before its end');
  return { fromMs: Math.floor(fromMs), toMs: Math.ceil(toMs) };
}

const MAX_LIMIT = 1500;

/** @throws {HttpError} */
export function limitOf(text: string | undefined, defaultLimit: number): number {
  const limit = text === undefined ? defaultLimit : Number(text);
  if (!Number.isInteger(limit) || limit < 1) throw new HttpError(400, `expected a limit from 1 on, got ${text}`);
  return Math.min(limit, MAX_LIMIT);
}
