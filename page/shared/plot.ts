import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { formatDuration } from './format.ts';

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

export function timeAxis(colors: PlotColors): uPlot.Axis {
  return axis(colors);
}

export function durationAxis(colors: PlotColors): uPlot.Axis {
  const values = (_: uPlot, splits: number[]) => splits.map((ms) => (ms === null ? '' : formatDuration(ms)));
  return { ...axis(colors), size: 70, values };
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
