import { checkRegroup } from '../checks/regroup.ts';
import { messageFrom } from '../shape.ts';
import { SHAPES } from '../shapes.ts';
import type { FuzzTarget } from '../target.ts';

/** The walk over the bytes of a request: any bytes. */
export const target: FuzzTarget = {
  fuzz: (data) => {
    checkRegroup(data);
  },
  seeds: () => SHAPES.map((shape) => messageFrom(shape, 'ExportTraceServiceRequest')),
};
