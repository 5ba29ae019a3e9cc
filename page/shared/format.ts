/** `1.2 ms`, `340 µs`, `12.3 s`, `2 min 5 s`, `3 h 7 min`, `12 d 4 h`; `–`: unknown. */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  if (ms < 0) return `−${formatDuration(-ms)}`;
  if (ms >= 86_400_000) {
    const hours = Math.round(ms / 3_600_000);
    return `${formatCount(Math.floor(hours / 24))} d ${hours % 24} h`;
  }
  if (ms >= 3_600_000) {
    const minutes = Math.round(ms / 60_000);
    return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  }
  if (ms >= 60_000) {
    const seconds = Math.round(ms / 1000);
    return `${formatCount(Math.floor(seconds / 60))} min ${seconds % 60} s`;
  }
  if (ms >= 1000) return `${threeDigits(ms / 1000)} s`;
  if (ms >= 1 || ms === 0) return `${threeDigits(ms)} ms`;
  return ms >= 0.001 ? `${threeDigits(ms * 1000)} µs` : `${threeDigits(ms * 1_000_000)} ns`;
}

function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)));
}

const COUNT = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** `12,345` */
export function formatCount(count: number): string {
  return COUNT.format(count);
}

/** `0.8 %`; of nothing: `–` */
export function formatShare(part: number, whole: number): string {
  return whole === 0 ? '–' : `${threeDigits((part / whole) * 100)} %`;
}

/** `2026-11-21 07:30:05` in the time zone of the person. */
export function formatTime(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return '–';
  const at = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `5 s ago`, `3 min ago`, `2 h ago`, `4 d ago` */
export function formatAge(ms: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - ms) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`;
}

/** Milliseconds of a time in nanoseconds, as the API has it; null: there is none. */
export function millisOf(nanos: string): number | null {
  return nanos === '0' ? null : Number(BigInt(nanos) / 1000n) / 1000;
}

/** How many colours the style sheet has for services. */
const SERVICE_COLORS = 12;

/** The class of a service's colour: the same on every view. */
export function colorOf(service: string): string {
  let hash = 0;
  for (const char of service) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return `color-${hash % SERVICE_COLORS}`;
}
