import { useEffect, useState } from 'preact/hooks';
import { segmentsOf } from './segments.ts';

export interface Place {
  /** Segments of the path: `['traces', '5b8e…']`. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

const CHANGED = 'tailgate:place';

function placeNow(): Place {
  return { segments: segmentsOf(location.pathname), query: new URLSearchParams(location.search) };
}

/** Where the page is. Everything that a person chooses is in its address, so that it can be sent to others. */
export function usePlace(): Place {
  const [place, setPlace] = useState(placeNow);
  useEffect(() => {
    const onChange = () => setPlace(placeNow());
    addEventListener('popstate', onChange);
    addEventListener(CHANGED, onChange);
    return () => {
      removeEventListener('popstate', onChange);
      removeEventListener(CHANGED, onChange);
    };
  }, []);
  return place;
}

/** @param replace whether "back" leads to the place before this one */
export function go(address: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', address);
  else history.pushState(null, '', address);
  dispatchEvent(new Event(CHANGED));
}

/** An address with a query, or without one if there is nothing in it. */
export function address(path: string, query: URLSearchParams): string {
  return query.size > 0 ? `${path}?${query}` : path;
}

/** The parameters of the window of time, which go along from view to view. */
export function windowOf(query: URLSearchParams): URLSearchParams {
  const kept = new URLSearchParams();
  for (const name of ['from', 'to']) {
    const value = query.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept;
}

/** The address of a view, in the same window of time, of these alone. @param names parameters of the view; null: none */
export function addressOf(
  path: string,
  window: URLSearchParams,
  names: Readonly<Record<string, string | null>>,
): string {
  const query = new URLSearchParams(window);
  for (const [name, value] of Object.entries(names)) if (value !== null) query.set(name, value);
  return address(path, query);
}

/** Follows a link inside the page without loading it again; modifier keys open a tab, as everywhere. */
export function follow(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  // In a drawing, a link has no parts of its address of its own.
  const link = (event.target as Element | null)?.closest('a');
  const href = link?.getAttribute('href') ?? '';
  const { origin, pathname, search } = new URL(href, location.href);
  if (href === '' || href.startsWith('#') || origin !== location.origin || pathname.startsWith('/api/')) return;
  event.preventDefault();
  go(pathname + search);
  scrollTo(0, 0);
}
