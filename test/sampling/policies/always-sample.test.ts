import { describe, expect, it } from 'vitest';
import { CERTAIN } from '../../../lib/sampling/probability/probability.ts';
import { traceOf } from '../../support/build-trace.ts';
import { policyOf } from '../../support/sampling-config.ts';

describe('always_sample', () => {
  it('samples every trace, for sure', () => {
    const evaluation = policyOf({ type: 'always_sample' }).evaluate(traceOf({}));
    expect(evaluation).toEqual({ vote: 'sampled', threshold: 0, sampledWhen: CERTAIN });
  });
});
