import type { ComponentChildren } from 'preact';
import type { Coverage } from '../../lib/read/results.ts';
import type { Place } from './location.ts';
import { CoverageNotice, ErrorNotice, Loading } from './notices.tsx';
import type { Answer } from './use-answer.ts';
import { WindowSelect } from './window-select.tsx';

interface WindowViewProps {
  readonly place: Place;
  readonly answer: Answer<Coverage>;
  readonly isEmpty: boolean;
  /** What an answer with nothing in it means. */
  readonly whenEmpty: string;
  /** Shown when there is something in the answer. */
  readonly children: ComponentChildren;
}

/** What the API answers about a window of time: the choice of the window, how far the answer has come, and the answer. */
export function WindowView({ place, answer, isEmpty, whenEmpty, children }: WindowViewProps) {
  return (
    <>
      <form class="filters" onSubmit={(event) => event.preventDefault()} aria-label="Filters">
        <WindowSelect place={place} />
      </form>
      <Loading isLoading={answer.isLoading && answer.value === undefined} />
      <ErrorNotice answer={answer} />
      <CoverageNotice coverage={answer.value} />
      {answer.value !== undefined && isEmpty && <p class="notice">{whenEmpty}</p>}
      {!isEmpty && children}
    </>
  );
}
