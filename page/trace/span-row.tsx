import { colorOf, formatDuration } from '../shared/format.ts';
import type { Piece } from './critical-path.ts';
import type { SpanNode } from './span-tree.ts';

interface SpanRowProps {
  readonly node: SpanNode;
  /** In pixels. */
  readonly top: number;
  /** Of the trace. */
  readonly durationUs: number;
  /** The pieces of the critical path on it; undefined: it is not on the path. */
  readonly critical: readonly Piece[] | undefined;
  readonly isChosen: boolean;
  readonly isFound: boolean;
  readonly isCollapsed: boolean;
  readonly isLate: boolean;
  readonly onChoose: (node: SpanNode) => void;
  readonly onToggle: (node: SpanNode) => void;
}

/** Deeper spans are not indented further: the name needs the room. */
const MAX_INDENT = 24;

export function SpanRow(props: SpanRowProps) {
  const { node, top, durationUs, critical, isChosen, isFound, isCollapsed, isLate, onChoose, onToggle } = props;
  const { span, service, startUs, endUs, children, depth, isError, errorsBelow } = node;
  const durationMs = (endUs - startUs) / 1000;
  const classes = ['row', isChosen && 'chosen', isFound && 'found', isError && 'is-error'].filter(Boolean).join(' ');
  const name = span.name === undefined || span.name === '' ? 'no name' : span.name;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree around it has the keys
    <div
      id={`span-${span.spanId}`}
      class={classes}
      style={{ top: `${top}px` }}
      role="treeitem"
      tabIndex={-1}
      aria-level={depth + 1}
      aria-selected={isChosen}
      aria-expanded={children.length === 0 ? undefined : !isCollapsed}
      onClick={() => onChoose(node)}
    >
      <span class="row-name" style={{ paddingLeft: `${Math.min(depth, MAX_INDENT) * 10}px` }}>
        <span
          class="twisty"
          aria-hidden="true"
          onClick={(event) => {
            if (children.length === 0) return;
            event.stopPropagation();
            onToggle(node);
          }}
        >
          {children.length === 0 ? '' : isCollapsed ? '▸' : '▾'}
        </span>
        <span class={`dot ${colorOf(service)}`} />
        <span class="row-text" title={`${service} ${name}`}>
          {name} <span class="muted">{service}</span>
        </span>
        {isCollapsed && <span class="tag">{node.descendants}</span>}
        {isError && <span class="tag error">error</span>}
        {isCollapsed && errorsBelow > 0 && <span class="tag error">{errorsBelow} below</span>}
        {node.isOrphan && <span class="tag">no parent</span>}
        {isLate && <span class="tag">late</span>}
      </span>
      <span class="row-time">
        <span class={`bar-of-span ${colorOf(service)}`} style={placeOf(startUs, endUs, durationUs)} />
        {critical?.map((piece) => (
          <span key={piece.startUs} class="critical" style={placeOf(piece.startUs, piece.endUs, durationUs)} />
        ))}
        <span class="row-duration" style={{ left: `calc(${percent(endUs, durationUs)}% + 6px)` }}>
          {formatDuration(durationMs)}
        </span>
      </span>
    </div>
  );
}

function percent(us: number, durationUs: number): number {
  return durationUs === 0 ? 0 : (us / durationUs) * 100;
}

function placeOf(startUs: number, endUs: number, durationUs: number) {
  return { left: `${percent(startUs, durationUs)}%`, width: `max(2px, ${percent(endUs - startUs, durationUs)}%)` };
}
