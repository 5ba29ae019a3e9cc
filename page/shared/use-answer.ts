import { useEffect, useState } from 'preact/hooks';
import { ApiError, getJson, type Json } from './api.ts';

/** An answer of the API, as far as it is there. While a new one is on its way, `value` is the one before. */
export interface Answer<T> {
  readonly value?: Json<T> | undefined;
  readonly error?: ApiError | undefined;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

/**
 * Asks the API, again whenever path or parameters change, and every so many milliseconds while the tab is visible.
 * @param path undefined: nothing is asked
 * @param refresh milliseconds, or how many for the last answer; undefined: not again
 */
export function useAnswer<T>(
  path: string | undefined,
  parameters: URLSearchParams,
  refresh?: number | ((value: Json<T>) => number | undefined),
): Answer<T> {
  const [state, setState] = useState<Omit<Answer<T>, 'reload'>>({ isLoading: true });
  const [round, setRound] = useState(0);
  const query = parameters.toString();
  // A new round asks again.
  useEffect(() => {
    if (path === undefined) return undefined;
    const aborter = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    getJson<T>(path, new URLSearchParams(query), aborter.signal).then(
      (value) => setState({ value, isLoading: false }),
      (error: unknown) => {
        if (aborter.signal.aborted) return;
        setState((before) => ({ value: before.value, error: apiErrorOf(error), isLoading: false }));
      },
    );
    return () => aborter.abort();
  }, [path, query, round]);
  const refreshMs = typeof refresh === 'function' ? state.value && refresh(state.value) : refresh;
  // What this server does not have it will not have later: nobody pays for asking again and again.
  const isGone = state.error?.status === 404;
  useEffect(() => {
    if (refreshMs === undefined || isGone) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setRound((before) => before + 1);
    }, refreshMs);
    return () => clearInterval(timer);
  }, [refreshMs, isGone]);
  return { ...state, reload: () => setRound((before) => before + 1) };
}

function apiErrorOf(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, String(error));
}
