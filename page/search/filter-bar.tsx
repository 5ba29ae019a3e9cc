import { useEffect, useState } from 'preact/hooks';
import type { Coverage, Operation, PolicyCount } from '../../lib/read/results.ts';
import { address, go, type Place, windowOf } from '../shared/location.ts';
import { useAnswer } from '../shared/use-answer.ts';
import { WindowSelect } from '../shared/window-select.tsx';

/** Everything that a search can be narrowed by. It lives in the address alone. */
export function FilterBar({ place }: { readonly place: Place }) {
  const { query } = place;
  const window = windowOf(query);
  const services = useAnswer<Coverage & { readonly services: readonly string[] }>('services', window);
  const service = query.get('service');
  const ofService = new URLSearchParams(window);
  if (service !== null) ofService.set('service', service);
  const operations = useAnswer<Coverage & { readonly operations: readonly Operation[] }>('operations', ofService);
  const policies = useAnswer<Coverage & { readonly policies: readonly PolicyCount[] }>('policies', window);
  const set = (changes: Readonly<Record<string, string | null>>) => {
    const changed = new URLSearchParams(query);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === '') changed.delete(name);
      else changed.set(name, value);
    }
    go(address('/', changed));
  };
  const choice = (label: string, name: string, values: readonly string[], also: Record<string, null> = {}) => (
    <label>
      {label}{' '}
      <select value={query.get(name) ?? ''} onChange={(event) => set({ [name]: event.currentTarget.value, ...also })}>
        <option value="">all</option>
        {withCurrent(values, query.get(name)).map((value) => (
          <option key={value}>{value}</option>
        ))}
      </select>
    </label>
  );
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()} aria-label="Filters">
      <WindowSelect place={place} />
      {choice('Service', 'service', services.value?.services ?? [], { operation: null })}
      {choice('Operation', 'operation', [...new Set(operations.value?.operations.map(({ name }) => name))])}
      {choice('Status', 'status', ['OK', 'ERROR'])}
      {choice('Kept by', 'policy', policies.value?.policies.map(({ policy }) => policy) ?? [])}
      <TextFilter
        label="At least"
        hint="ms"
        value={query.get('minDurationMs') ?? ''}
        isNumber
        onValue={(value) => set({ minDurationMs: value })}
      />
      <TextFilter
        label="At most"
        hint="ms"
        value={query.get('maxDurationMs') ?? ''}
        isNumber
        onValue={(value) => set({ maxDurationMs: value })}
      />
      <TextFilter label="Attribute" hint="http.route=/cart" value="" onValue={(value) => addAttribute(query, value)} />
      <label>
        Order{' '}
        <select value={query.get('order') ?? 'newest'} onChange={(event) => set({ order: event.currentTarget.value })}>
          <option value="newest">newest first</option>
          <option value="slowest">slowest first</option>
        </select>
      </label>
      <Chips query={query} />
    </form>
  );
}

/** A choice from a shared address may be unknown in this window. */
function withCurrent(values: readonly string[], current: string | null): readonly string[] {
  return current === null || current === '' || values.includes(current) ? values : [current, ...values];
}

function addAttribute(query: URLSearchParams, text: string): void {
  if (text === '') return;
  const changed = new URLSearchParams(query);
  changed.append('attribute', text);
  go(address('/', changed));
}

/** The conditions on attributes, each with a button that takes it away. */
function Chips({ query }: { readonly query: URLSearchParams }) {
  const conditions = query.getAll('attribute');
  if (conditions.length === 0) return null;
  return (
    <ul class="chips" aria-label="Conditions on attributes">
      {conditions.map((condition, index) => (
        <li key={condition}>
          <code>{condition}</code>{' '}
          <button
            type="button"
            class="quiet"
            aria-label={`Remove ${condition}`}
            onClick={() => {
              const changed = new URLSearchParams(query);
              changed.delete('attribute');
              for (const one of conditions.toSpliced(index, 1)) changed.append('attribute', one);
              go(address('/', changed));
            }}
          >
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

interface TextFilterProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly isNumber?: boolean;
  readonly onValue: (value: string) => void;
}

/** Applies what was typed on Enter, or when the field is left. */
function TextFilter({ label, hint, value, isNumber = false, onValue }: TextFilterProps) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const apply = () => {
    if (text !== value) onValue(text.trim());
    if (value === '') setText('');
  };
  return (
    <label>
      {label}{' '}
      <input
        class={isNumber ? 'short' : ''}
        inputMode={isNumber ? 'decimal' : 'text'}
        placeholder={hint}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={apply}
        onKeyDown={(event) => event.key === 'Enter' && apply()}
      />
    </label>
  );
}
