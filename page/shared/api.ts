/** What the server answers: 64-bit integers of the use cases are texts of decimal digits in JSON. */
export type Json<T> = T extends bigint
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Json<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Json<T[Key]> }
      : T;

/** The server refused: `message` says why. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const KEY = 'tailgate-read-key';

/** Remembered for as long as the tab is open. */
export function setReadKey(key: string): void {
  sessionStorage.setItem(KEY, key);
}

/** On Lambda each request has an instance of its own while it is answered: when all are busy, a moment later one is free. */
const PAUSES_MS = [400, 1200, 2500];

async function fetchPatiently(url: string, options: RequestInit): Promise<Response> {
  for (const pauseMs of PAUSES_MS) {
    const response = await fetch(url, options);
    if (response.status !== 429) return response;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return fetch(url, options);
}

/**
 * An answer of the API below `/api`.
 * @throws {ApiError} when the server refuses, or cannot be reached (status 0)
 */
export async function getJson<T>(path: string, parameters: URLSearchParams, signal?: AbortSignal): Promise<Json<T>> {
  const key = sessionStorage.getItem(KEY);
  const query = parameters.size > 0 ? `?${parameters}` : '';
  let response: Response;
  try {
    response = await fetchPatiently(`/api/${path}${query}`, {
      headers: key === null ? {} : { 'x-api-key': key },
      signal: signal ?? null,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'The server does not answer. Is Tailgate still running?');
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) return body as Json<T>;
  const told = body as { readonly error?: unknown } | undefined;
  throw new ApiError(
    response.status,
    typeof told?.error === 'string' ? told.error : `The server answered ${response.status}.`,
  );
}
