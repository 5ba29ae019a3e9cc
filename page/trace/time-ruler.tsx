import { formatDuration } from '../shared/format.ts';

const PARTS = 4;

/** The times that the bars below stand at. */
export function TimeRuler({ durationUs }: { readonly durationUs: number }) {
  const marks = Array.from({ length: PARTS + 1 }, (_, index) => (durationUs * index) / PARTS / 1000);
  return (
    <div class="ruler" aria-hidden="true">
      <span class="row-name">Span</span>
      <span class="row-time">
        {marks.map((ms, index) => (
          <span key={ms} class={index === PARTS ? 'mark last' : 'mark'} style={{ left: `${(index * 100) / PARTS}%` }}>
            {formatDuration(ms)}
          </span>
        ))}
      </span>
    </div>
  );
}
