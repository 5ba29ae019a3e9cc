import type { ModelSpan } from '../../read/model-archive.ts';

/** The trace that the tests of the APIs ask for; each gives its spans the attributes that it looks at. */
export const CHECKOUT = '0af7651916cd43dd8448eb211c80319c';

export const CHECKOUT_ROOT: ModelSpan = {
  spanId: '00000000000000a1',
  parentSpanId: undefined,
  service: 'gateway',
  name: 'POST /checkout',
  kind: 2,
  status: 'UNSET',
  startMs: 1000,
  endMs: 1812.5,
  attributes: {},
  resource: { 'service.name': 'gateway', 'k8s.pod.name': 'gateway-1' },
};

/** A call below the root, which failed. */
export const CHARGE: ModelSpan = {
  ...CHECKOUT_ROOT,
  spanId: '00000000000000a2',
  parentSpanId: CHECKOUT_ROOT.spanId,
  service: 'payment',
  name: 'charge',
  kind: 3,
  status: 'ERROR',
  startMs: 1100,
  endMs: 1500.25,
  resource: { 'service.name': 'payment' },
};

/** Its parent is not there, and it has not ended. */
export const ORPHAN: ModelSpan = {
  ...CHARGE,
  spanId: '00000000000000a3',
  parentSpanId: '00000000000000ff',
  status: 'OK',
  kind: 0,
  endMs: undefined,
};
