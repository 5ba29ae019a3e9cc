import { useState } from 'preact/hooks';
import type { Coverage } from '../../lib/read/results.ts';
import { setReadKey } from './api.ts';
import type { Answer } from './use-answer.ts';

/** Why there is no answer, with what to do about it. */
export function ErrorNotice({ answer }: { readonly answer: Pick<Answer<unknown>, 'error' | 'reload'> }) {
  const { error, reload } = answer;
  if (error === undefined) return null;
  if (error.status === 401) return <KeyForm onKey={reload} />;
  return (
    <p class="notice error" role="alert">
      {error.message}{' '}
      <button type="button" onClick={reload}>
        Try again
      </button>
    </p>
  );
}

function KeyForm({ onKey }: { readonly onKey: () => void }) {
  const [key, setKey] = useState('');
  return (
    <form
      class="notice"
      onSubmit={(event) => {
        event.preventDefault();
        setReadKey(key);
        onKey();
      }}
    >
      <label>
        This Tailgate asks for a read key{' '}
        <input type="password" value={key} autocomplete="off" onInput={(event) => setKey(event.currentTarget.value)} />
      </label>{' '}
      <button type="submit">Use it</button>
    </form>
  );
}

/** Says when an answer does not take in everything that was asked for. */
export function CoverageNotice({ coverage }: { readonly coverage: Coverage | undefined }) {
  if (coverage === undefined || coverage.isComplete) return null;
  const { missingHours, damaged } = coverage;
  const [first = '', last = first] = [missingHours.at(-1), missingHours[0]];
  const which =
    missingHours.length === 1 ? `the hour ${first}` : `${missingHours.length} hours, ${first} to ${last} UTC`;
  if (damaged !== undefined) {
    return (
      <p class="notice">
        Something in the archive is damaged and left out (lines: {damaged.lines}, objects: {damaged.objects}), in{' '}
        {which}. The log of the server names it.
      </p>
    );
  }
  return <p class="notice">Not everything could be read in time: {which} are missing. Ask again, or for less time.</p>;
}

export function Loading({ isLoading }: { readonly isLoading: boolean }) {
  return (
    <div class={isLoading ? 'loading active' : 'loading'} role="status">
      <span class="hidden">{isLoading ? 'Loading' : ''}</span>
    </div>
  );
}
