import type { Random } from '../random.ts';

export const FAILURES = ['acquirer-timeout', 'fraud-model-crash', 'cart-deadlock'] as const;
export const SLOW_PLACES = ['acquirer', 'fraud-model', 'cart-query'] as const;

/** What happens in one request to the checkout. */
export interface CheckoutPlan {
  readonly kind: 'checkout';
  readonly failure: (typeof FAILURES)[number] | undefined;
  readonly slowPlace: (typeof SLOW_PLACES)[number] | undefined;
  readonly tier: 'vip' | 'standard';
}

/** What happens when the queue consumer takes a batch of orders. */
export interface FulfilmentPlan {
  readonly kind: 'fulfilment';
  readonly failure: 'out-of-stock' | undefined;
  readonly slow: boolean;
}

export type TracePlan = CheckoutPlan | FulfilmentPlan;

/** One failing and one slow trace in each block of so many: 4 % of each. They may be the same one. */
const BLOCK = 25;
const VIP_SHARE = 0.04;
/** Every so many traces, one is the queue consumer's. */
const FULFILMENT_EVERY = 8;

/** The traffic of the demo: the same random numbers plan the same traces. */
export function planTraces(count: number, random: Random): TracePlan[] {
  const plans: TracePlan[] = [];
  let failing = 0;
  let slow = 0;
  for (let index = 0; index < count; index += 1) {
    if (index % BLOCK === 0) {
      failing = index + Math.floor(random.between(0, BLOCK));
      slow = index + Math.floor(random.between(0, BLOCK));
    }
    plans.push(planTrace(index, index === failing, index === slow, random));
  }
  return plans;
}

function planTrace(index: number, isFailing: boolean, isSlow: boolean, random: Random): TracePlan {
  if (index % FULFILMENT_EVERY === FULFILMENT_EVERY - 1) {
    return { kind: 'fulfilment', failure: isFailing ? 'out-of-stock' : undefined, slow: isSlow };
  }
  return {
    kind: 'checkout',
    failure: isFailing ? random.pick(FAILURES) : undefined,
    slowPlace: isSlow ? random.pick(SLOW_PLACES) : undefined,
    tier: random.between(0, 1) < VIP_SHARE ? 'vip' : 'standard',
  };
}
