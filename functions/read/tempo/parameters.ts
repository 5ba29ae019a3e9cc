import type { ReadWindow } from '../../../lib/read/results.ts';
import { HttpError } from '../http.ts';
import { textParameter } from '../parameters.ts';

const HOUR_MS = 3_600_000;

export const WINDOW = ['start', 'end'];

/** Without a window, Tempo answers from what it has received lately. */
export function lastHour(nowMs: number): ReadWindow {
  return { fromMs: nowMs - HOUR_MS };
}

/** `start` and `end` in seconds; undefined when neither is there, or both are 0. @throws {HttpError} */
export function secondsWindow(query: URLSearchParams, nowMs: number): ReadWindow | undefined {
  const [start, end] = [wholeNumber(query, 'start') ?? 0, wholeNumber(query, 'end') ?? 0];
  if (start === 0 && end === 0) return undefined;
  if (end === 0) return { fromMs: start * 1000, toMs: Math.max(nowMs, start * 1000 + 1) };
  if (end <= start) {
    throw new HttpError(400, `http parameter start must be before end. received start=${start} end=${end}`);
  }
  return { fromMs: start === 0 ? end * 1000 - HOUR_MS : start * 1000, toMs: end * 1000 };
}

/** Of 32 bits, as in Tempo. @throws {HttpError} */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = textParameter(query, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new HttpError(400, `invalid ${name}: expected a whole number, got ${text}`);
  return Number(text);
}
