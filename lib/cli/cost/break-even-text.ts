import { TWO_TIERS } from './alternatives.ts';
import type { CostReport } from './cost-report.ts';
import { roughly, times } from './figures.ts';

/** In plain words, where Collectors cost less than Tailgate. */
export function breakEvenText({ bill, collectorsUsd, breakEven, shape }: CostReport): string {
  const here = `At ${shape.tracesPerDay.toLocaleString('en')} a day it is ${comparison(bill.usd, collectorsUsd)}.`;
  const where =
    breakEven === 'always'
      ? `${TWO_TIERS} cost less than Tailgate at any volume.`
      : breakEven === 'never'
        ? `Tailgate costs less than ${TWO_TIERS} at any volume.`
        : `Below about ${roughly(breakEven)} traces a day Tailgate is cheaper than ${TWO_TIERS}; above, they are.`;
  return `${where} ${here}`;
}

function comparison(usd: number, otherUsd: number): string {
  if (Math.abs(usd / otherUsd - 1) < 0.05) return 'about the same';
  return usd > otherUsd ? `${times(usd / otherUsd)} as dear` : `${times(otherUsd / usd)} cheaper`;
}
