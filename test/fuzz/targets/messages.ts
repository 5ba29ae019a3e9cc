import { checkRegroup } from '../checks/regroup.ts';
import { checkTrace } from '../checks/trace.ts';
import { messageFrom } from '../shape.ts';
import { SHAPES } from '../shapes.ts';
import type { FuzzTarget } from '../target.ts';

/**
 * Requests with right lengths, and what becomes of them: fragments, the view of a trace, OTLP JSON, lines of the archive, and
 * those read again.
 */
export const target: FuzzTarget = {
  fuzz: (data) => {
    const regrouped = checkRegroup(messageFrom(data, 'ExportTraceServiceRequest'));
    for (const { traceId, payload } of regrouped?.fragments ?? []) checkTrace(traceId, [payload]);
  },
  seeds: () => SHAPES,
  maxLength: 1024,
  maxMs: (bytes) => 150 + bytes * 0.2,
};
