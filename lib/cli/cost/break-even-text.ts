import { TWO_TIERS } from '../../cost/alternatives.ts';
import type { CostReport } from '../../cost/cost-report.ts';
import { roughly, times } from './figures.ts';

/** In plain words, where Collectors cost less than Tailgate. */
export function breakEvenText({ bill, collectorsUsd, breakEven, shape }: CostReport): string {
  const here = `At ${shape.tracesPerDay.toLocaleString('en')} a day ${comparison(bill.usd, collectorsUsd)}.`;
  const where =
    breakEven === 'always'
      ? `${TWO_TIERS} cost less than Tailgate at any volume.`
      : breakEven === 'never'
        ? `Tailgate costs less than ${TWO_TIERS} at any volume.`
        : `Up to about ${roughly(breakEven)} traces a day Tailgate is cheaper than ${TWO_TIERS}; above that the Collectors are.`;
  return `${where} ${here}`;
}

function comparison(usd: number, otherUsd: number): string {
  if (Math.abs(usd / otherUsd - 1) < 0.05) return 'both cost about the same';
  return usd > otherUsd
    ? `Tailgate costs ${times(usd / otherUsd)} as much`
    : `the Collectors cost ${times(otherUsd / usd)} as much`;
}
