import { useMemo, useState } from 'preact/hooks';
import { SpanDetails } from './span-details.tsx';
import type { SpanNode, SpanTree } from './span-tree.ts';
import { Waterfall } from './waterfall.tsx';

interface SpansViewProps {
  readonly tree: SpanTree;
  /** `seq` of the line of a span, by its ID, where it is not 0. */
  readonly laterSpans?: Readonly<Record<string, number>>;
}

const NO_SPANS = {};

/** The spans of a trace, and everything of the one that is chosen: at first the first error. */
export function SpansView({ tree, laterSpans = NO_SPANS }: SpansViewProps) {
  const [picked, setPicked] = useState<SpanNode>();
  const chosen = useMemo(() => chosenIn(tree, picked), [tree, picked]);
  return (
    <div class="trace-columns">
      <Waterfall tree={tree} chosen={chosen} onChoose={setPicked} laterSpans={laterSpans} />
      {chosen !== undefined && <SpanDetails node={chosen} tree={tree} seq={laterSpans[chosen.span.spanId] ?? 0} />}
    </div>
  );
}

/** The span that was picked stays chosen when more spans come, and make another tree. */
function chosenIn({ inOrder }: SpanTree, picked: SpanNode | undefined): SpanNode | undefined {
  if (picked !== undefined) {
    const same = inOrder.includes(picked) ? picked : inOrder.find(({ span }) => span.spanId === picked.span.spanId);
    if (same !== undefined) return same;
  }
  return inOrder.find(({ isError }) => isError) ?? inOrder[0];
}
