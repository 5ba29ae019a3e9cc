/** A duration for a person, from milliseconds: `45 µs`, `812.4 ms`, `1.27 s`, `3.5 min`. */
export function formatDuration(ms: number): string {
  const size = Math.abs(ms);
  if (size > 0 && size < 0.1) return `${(ms * 1000).toFixed(0)} µs`;
  if (size < 1000) return `${ms.toFixed(1)} ms`;
  return size < 120_000 ? `${(ms / 1000).toFixed(2)} s` : `${(ms / 60_000).toFixed(1)} min`;
}
