import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { criticalPath, type Piece } from './critical-path.ts';
import { SpanRow } from './span-row.tsx';
import type { SpanNode, SpanTree } from './span-tree.ts';
import { TimeRuler } from './time-ruler.tsx';
import { ancestorsOf, matchesText, visibleRows } from './visible-rows.ts';

interface WaterfallProps {
  readonly tree: SpanTree;
  readonly chosen: SpanNode | undefined;
  readonly onChoose: (node: SpanNode) => void;
  readonly laterSpans: Readonly<Record<string, number>>;
}

/** Height of a row in pixels, as in the style sheet: only the rows in sight are on the page. */
const ROW = 26;
/** Rows above and below those in sight, so that scrolling shows no gaps. */
const MARGIN = 20;

/** The spans of a trace over time, as a tree that can be walked with the arrow keys. */
export function Waterfall({ tree, chosen, onChoose, laterSpans }: WaterfallProps) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<SpanNode>>(new Set());
  const [text, setText] = useState('');
  const rows = useMemo(() => visibleRows(tree, collapsed), [tree, collapsed]);
  const path = useMemo(() => pathOf(tree), [tree]);
  const found = useMemo(
    () => (text === '' ? [] : tree.inOrder.filter((node) => matchesText(node, text))),
    [tree, text],
  );
  const foundSet = useMemo(() => new Set(found), [found]);
  const errors = useMemo(() => tree.inOrder.filter(({ isError }) => isError), [tree]);
  const scroller = useRef<HTMLDivElement>(null);
  const { first, last, onScroll } = useRowsInSight(scroller, rows.length);

  const show = (node: SpanNode) => {
    const above = ancestorsOf(tree, node);
    if (above.some((one) => collapsed.has(one))) setCollapsed(without(collapsed, above));
    onChoose(node);
  };
  const step = (among: readonly SpanNode[], by: 1 | -1) => {
    const at = among.indexOf(chosen as SpanNode);
    const next = among[(at + by + among.length) % among.length];
    if (next !== undefined) show(next);
  };
  const toggle = (node: SpanNode) => {
    setCollapsed(collapsed.has(node) ? without(collapsed, [node]) : new Set([...collapsed, node]));
  };
  // What is chosen is in sight.
  useEffect(() => {
    const at = chosen === undefined ? -1 : rows.indexOf(chosen);
    const box = scroller.current;
    if (at < 0 || box === null) return;
    const top = at * ROW;
    if (top < box.scrollTop || top + ROW > box.scrollTop + box.clientHeight) box.scrollTop = top - box.clientHeight / 2;
  }, [chosen, rows]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (chosen === undefined) return;
    const at = rows.indexOf(chosen);
    const isOpen = chosen.children.length > 0 && !collapsed.has(chosen);
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => rows[at + 1] && onChoose(rows[at + 1] as SpanNode),
      ArrowUp: () => rows[at - 1] && onChoose(rows[at - 1] as SpanNode),
      Home: () => rows[0] && onChoose(rows[0]),
      End: () => onChoose(rows.at(-1) as SpanNode),
      ArrowRight: () => (isOpen ? onChoose(rows[at + 1] as SpanNode) : collapsed.has(chosen) && toggle(chosen)),
      ArrowLeft: () => {
        const [parent] = ancestorsOf(tree, chosen);
        if (isOpen) toggle(chosen);
        else if (parent !== undefined) onChoose(parent);
      },
      Enter: () => chosen.children.length > 0 && toggle(chosen),
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    move();
  };

  return (
    <section class="waterfall" aria-label="Waterfall">
      <div class="waterfall-tools">
        <input
          type="search"
          placeholder="Find in spans"
          aria-label="Find in spans"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && step(found, event.shiftKey ? -1 : 1)}
        />
        {text !== '' && <span role="status">{found.length} found</span>}
        {errors.length > 0 && (
          <button type="button" onClick={() => step(errors, 1)}>
            Next error ({errors.length})
          </button>
        )}
        <button type="button" onClick={() => setCollapsed(new Set())}>
          Expand all
        </button>
        <button
          type="button"
          onClick={() =>
            setCollapsed(new Set(tree.inOrder.filter(({ children, depth }) => children.length > 0 && depth > 0)))
          }
        >
          Collapse
        </button>
      </div>
      <TimeRuler durationUs={tree.durationUs} />
      <div
        class="rows"
        ref={scroller}
        onScroll={onScroll}
        role="tree"
        aria-label={`${tree.inOrder.length} spans`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        aria-activedescendant={chosen === undefined ? undefined : `span-${chosen.span.spanId}`}
      >
        <div class="rows-all" style={{ height: `${rows.length * ROW}px` }}>
          {rows.slice(first, last).map((node, index) => (
            <SpanRow
              key={first + index}
              node={node}
              top={(first + index) * ROW}
              durationUs={tree.durationUs}
              critical={path.get(node)}
              isChosen={node === chosen}
              isFound={foundSet.has(node)}
              isCollapsed={collapsed.has(node)}
              isLate={laterSpans[node.span.spanId] !== undefined}
              onChoose={onChoose}
              onToggle={toggle}
            />
          ))}
        </div>
      </div>
    </section>
  );
}

/** The critical path of the longest tree of the trace. */
function pathOf({ roots }: SpanTree): ReadonlyMap<SpanNode, readonly Piece[]> {
  const [root] = roots.toSorted((a, b) => b.endUs - b.startUs - (a.endUs - a.startUs));
  return root === undefined ? new Map() : criticalPath(root);
}

function without(nodes: ReadonlySet<SpanNode>, removed: readonly SpanNode[]): ReadonlySet<SpanNode> {
  const left = new Set(nodes);
  for (const node of removed) left.delete(node);
  return left;
}

function useRowsInSight(scroller: { readonly current: HTMLDivElement | null }, count: number) {
  const [range, setRange] = useState({ first: 0, last: 100 });
  const update = () => {
    const box = scroller.current;
    if (box === null) return;
    const first = Math.max(0, Math.floor(box.scrollTop / ROW) - MARGIN);
    const last = Math.ceil((box.scrollTop + box.clientHeight) / ROW) + MARGIN;
    setRange((before) => (before.first === first && before.last === last ? before : { first, last }));
  };
  // Fewer rows may scroll by themselves.
  useEffect(update, [count]);
  return { ...range, onScroll: update };
}
