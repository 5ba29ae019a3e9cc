import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { FoundTrace } from '../../lib/read/results.ts';
import type { Json } from '../shared/api.ts';
import { formatDuration, millisOf } from '../shared/format.ts';
import { go } from '../shared/location.ts';
import { durationAxis, plotColors, timeAxis, useWidth } from '../shared/plot.ts';
import { useTheme } from '../shared/theme.tsx';

interface LatencyScatterProps {
  readonly traces: readonly Json<FoundTrace>[];
  /** Times in milliseconds since the epoch. */
  readonly onZoom: (fromMs: number, toMs: number) => void;
}

interface Point {
  readonly seconds: number;
  readonly durationMs: number;
  readonly isError: boolean;
  readonly trace: Json<FoundTrace>;
}

const HEIGHT = 180;
/** A click so near to a point, in pixels, means the point. */
const REACH = 14;

/** Each trace as a point over time and duration: a click opens it, dragging zooms in. The table below has the same for a keyboard. */
export function LatencyScatter({ traces, onZoom }: LatencyScatterProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const theme = useTheme();
  // The theme changes the colours that the plot reads.
  useEffect(() => {
    if (box.current === null || width === 0) return undefined;
    const points = pointsOf(traces);
    const colors = plotColors();
    const isLogarithmic = isWide(points);
    const series = (label: string, isError: boolean): uPlot.Series => ({
      label,
      paths: () => null,
      points: { show: true, size: isError ? 8 : 6, fill: isError ? colors.error : colors.accent, width: 0 },
    });
    const plot = new uPlot(
      {
        width,
        height: HEIGHT,
        legend: { show: false },
        cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false } },
        scales: { y: { distr: isLogarithmic ? 3 : 1 } },
        axes: [timeAxis(colors), durationAxis(colors, { isLogarithmic })],
        series: [{}, series('ok', false), series('error', true)],
        hooks: {
          setSelect: [
            (self) => {
              const { left, width: selected } = self.select;
              if (selected < 4) return;
              onZoom(self.posToVal(left, 'x') * 1000, self.posToVal(left + selected, 'x') * 1000);
            },
          ],
          ready: [(self) => pointAndClick(self, points)],
        },
      },
      [
        points.map(({ seconds }) => seconds),
        points.map(({ isError, durationMs }) => (isError ? null : durationMs)),
        points.map(({ isError, durationMs }) => (isError ? durationMs : null)),
      ],
      box.current,
    );
    return () => plot.destroy();
  }, [traces, width, theme]);
  return (
    <div class="plot" ref={box} role="img" aria-label="Duration of the traces over time; the table has the same" />
  );
}

function pointsOf(traces: readonly Json<FoundTrace>[]): Point[] {
  return traces
    .flatMap((trace) => {
      const startMs = millisOf(trace.startTimeUnixNano);
      const { durationMs } = trace;
      if (startMs === null || durationMs === null) return [];
      // A logarithmic axis has no zero.
      return [
        { seconds: startMs / 1000, durationMs: Math.max(durationMs, 0.001), isError: trace.status === 'ERROR', trace },
      ];
    })
    .sort((a, b) => a.seconds - b.seconds);
}

/** Whether durations are too far apart for a linear axis. */
function isWide(points: readonly Point[]): boolean {
  const durations = points.map(({ durationMs }) => durationMs);
  return Math.max(...durations) > 20 * Math.min(...durations);
}

function pointAndClick(plot: uPlot, points: readonly Point[]): void {
  const nearest = (event: MouseEvent): Point | undefined => {
    const { left, top } = plot.over.getBoundingClientRect();
    let found: Point | undefined;
    let least = REACH;
    for (const point of points) {
      const x = plot.valToPos(point.seconds, 'x') - (event.clientX - left);
      const y = plot.valToPos(point.durationMs, 'y') - (event.clientY - top);
      const distance = Math.hypot(x, y);
      if (distance < least) [found, least] = [point, distance];
    }
    return found;
  };
  plot.over.addEventListener('mousemove', (event) => {
    const point = nearest(event);
    plot.over.style.cursor = point === undefined ? '' : 'pointer';
    const { trace, durationMs } = point ?? {};
    plot.over.title = trace ? `${trace.rootService ?? ''} ${trace.rootName ?? ''}: ${formatDuration(durationMs)}` : '';
  });
  plot.over.addEventListener('click', (event) => {
    const point = nearest(event);
    if (point !== undefined) go(`/traces/${point.trace.traceId}`);
  });
}
