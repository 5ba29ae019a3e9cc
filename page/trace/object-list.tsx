import type { ObjectOfTrace } from '../../lib/pipeline/explain/trace-report.ts';

const NOTES: Readonly<Record<ObjectOfTrace['state'], string>> = {
  written: '',
  pending: 'not there yet: it is being written, or its writer died and the next wake-up takes over',
  fenced: 'its writer died; the next wake-up writes the spans elsewhere',
};

/** The objects of the archive with the lines of a trace. */
export function ObjectList({ objects }: { readonly objects: readonly ObjectOfTrace[] }) {
  if (objects.length === 0) return null;
  return (
    <ul class="objects" aria-label="Objects of the archive">
      {objects.map(({ key, state }) => (
        <li key={key}>
          in <code>{key}</code> {NOTES[state] !== '' && <span class="muted">({NOTES[state]})</span>}
        </li>
      ))}
    </ul>
  );
}
