import { parseGoDuration } from '../go-duration.ts';
import type { ConfigNode } from '../issues.ts';
import { memberOf } from '../yaml-map.ts';
import { typeOf } from './component-effects.ts';
import type { Component } from './pipelines.ts';

/** Of `wait_duration`. */
const DEFAULT_WAIT_MS = 1000;

/**
 * How long a `groupbytrace` in front of `tail_sampling` holds a trace, in milliseconds; undefined for other processors, and when its
 * `wait_duration` cannot be read.
 */
export function groupByTraceWaitMs({ id }: Component, collector: ConfigNode): number | undefined {
  if (typeOf(id) !== 'groupbytrace') return undefined;
  const wait = memberOf(memberOf(memberOf(collector.value, 'processors'), id), 'wait_duration') ?? undefined;
  if (wait === undefined) return DEFAULT_WAIT_MS;
  return typeof wait === 'string' ? parseGoDuration(wait) : undefined;
}
