import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { RedPoint } from '../../lib/read/results.ts';
import { countAxis, durationAxis, plotColors, timeAxis, useWidth } from '../shared/plot.ts';
import { useTheme } from '../shared/theme.tsx';

interface RedChartsProps {
  readonly points: readonly RedPoint[];
  readonly stepSeconds: number;
}

const HEIGHT = 150;

/** Requests and errors a second, and the 95th percentile of the slowest of all, over time. */
export function RedCharts({ points, stepSeconds }: RedChartsProps) {
  const byTime = [...Map.groupBy(points, ({ startMs }) => startMs)].sort(([a], [b]) => a - b);
  const seconds = byTime.map(([ms]) => ms / 1000);
  const rate = (value: (point: RedPoint) => number) =>
    byTime.map(([, group]) => group.reduce((sum, point) => sum + value(point), 0) / stepSeconds);
  const slowest = byTime.map(([, group]) => Math.max(...group.map(({ p95Ms }) => p95Ms ?? 0)));
  return (
    <div class="charts">
      <Chart
        title="Requests and errors a second"
        data={[
          seconds,
          rate(({ estimatedRequests }) => estimatedRequests),
          rate(({ estimatedErrors }) => estimatedErrors),
        ]}
        names={['requests', 'errors']}
        unit="count"
      />
      <Chart
        title="p95 of the slowest service or operation"
        data={[seconds, slowest]}
        names={['p95']}
        unit="duration"
      />
    </div>
  );
}

interface ChartProps {
  readonly title: string;
  readonly data: uPlot.AlignedData;
  readonly names: readonly string[];
  readonly unit: 'count' | 'duration';
}

function Chart({ title, data, names, unit }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const theme = useTheme();
  // The theme changes the colours that the plot reads.
  useEffect(() => {
    if (box.current === null || width === 0) return undefined;
    const colors = plotColors();
    const series = names.map((label, index) => {
      const stroke = label === 'errors' ? colors.error : (colors.lines[index] ?? colors.accent);
      return { label, stroke, width: 2, points: { show: (data[0]?.length ?? 0) < 3 } };
    });
    const valueAxis = unit === 'duration' ? durationAxis(colors) : countAxis(colors);
    const scales = {
      x: { range: aroundOne },
      y: { range: (_: uPlot, __: number, max: number): [number, number] => [0, max * 1.1 || 1] },
    };
    const plot = new uPlot(
      {
        width,
        height: HEIGHT,
        axes: [timeAxis(colors), valueAxis],
        scales,
        series: [{}, ...series],
        legend: { show: false },
      },
      data,
      box.current,
    );
    return () => plot.destroy();
  }, [data, width, theme]);
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <div class="plot" ref={box} role="img" aria-label={`${title} over time; the table has sums`} />
    </figure>
  );
}

/** An interval alone is in the middle of an hour. uPlot has made a range of its own of it by then. */
function aroundOne(plot: uPlot, min: number, max: number): [number, number] {
  const [only, second] = plot.data[0];
  return only !== undefined && second === undefined ? [only - 1800, only + 1800] : [min, max];
}
