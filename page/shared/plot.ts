import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { formatDuration, formatTime } from './format.ts';

export interface PlotColors {
  readonly text: string;
  readonly grid: string;
  readonly accent: string;
  readonly error: string;
  readonly lines: readonly string[];
}

/** The colours of the theme in use, out of the style sheet. */
export function plotColors(): PlotColors {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: color('muted'),
    grid: color('line'),
    accent: color('accent'),
    error: color('error'),
    lines: ['accent', 'second', 'third'].map(color),
  };
}

function axis({ text, grid }: PlotColors): uPlot.Axis {
  return { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 }, font: '12px system-ui' };
}

/** Times of the person's clock, with as much of them as tells the marks apart. */
export function timeAxis(colors: PlotColors): uPlot.Axis {
  const values = (_: uPlot, splits: number[], __: number, ___: number, stepSeconds: number) =>
    splits.map((seconds) => {
      const time = formatTime(seconds * 1000);
      // Several marks of one second would read the same.
      if (seconds % 1 !== 0) return '';
      if (stepSeconds >= 86_400) return time.slice(5, 10);
      return stepSeconds >= 60 ? time.slice(11, 16) : time.slice(11);
    });
  return { ...axis(colors), values, space: 80 };
}

/** @param isLogarithmic then only powers of ten have a line */
export function durationAxis(colors: PlotColors, { isLogarithmic = false } = {}): uPlot.Axis {
  const values = (_: uPlot, splits: number[]) => splits.map((ms) => (ms === null ? '' : formatDuration(ms)));
  const filter = (_: uPlot, splits: number[]) =>
    splits.map((ms) => (isLogarithmic && Math.abs(Math.log10(ms) % 1) > 1e-6 ? null : ms));
  const base = axis(colors);
  return { ...base, size: 84, values, filter, grid: { ...base.grid, filter }, ticks: { ...base.ticks, filter } };
}

export function countAxis(colors: PlotColors): uPlot.Axis {
  return { ...axis(colors), size: 70 };
}

/** The width of an element in pixels, as it changes; 0 before it is on the page. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
