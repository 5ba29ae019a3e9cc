import { formatTime } from './format.ts';
import { address, go, type Place } from './location.ts';

const WINDOWS = [
  ['-15m', 'Last 15 minutes'],
  ['-1h', 'Last hour'],
  ['-6h', 'Last 6 hours'],
  ['-24h', 'Last 24 hours'],
  ['-7d', 'Last 7 days'],
] as const;
const DEFAULT_FROM = '-1h';

/** Of which time a view speaks; without a choice, of the last hour. */
export function WindowSelect({ place }: { readonly place: Place }) {
  const { query, segments } = place;
  const from = query.get('from') ?? DEFAULT_FROM;
  const to = query.get('to');
  const isOther = to !== null || !WINDOWS.some(([value]) => value === from);
  return (
    <label>
      Time{' '}
      <select
        value={isOther ? 'other' : from}
        onChange={(event) => {
          const changed = new URLSearchParams(query);
          changed.set('from', event.currentTarget.value);
          changed.delete('to');
          go(address(`/${segments.join('/')}`, changed));
        }}
      >
        {WINDOWS.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
        {isOther && <option value="other">{`${shown(from)} to ${shown(to ?? 'now')}`}</option>}
      </select>
    </label>
  );
}

function shown(time: string): string {
  return /^\d{12,14}$/.test(time) ? formatTime(Number(time)) : time;
}
