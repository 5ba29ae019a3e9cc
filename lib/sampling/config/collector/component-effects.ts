import type { ConfigNode } from '../issues.ts';
import { parseGoDuration } from '../read-duration.ts';
import { memberOf } from '../yaml-map.ts';
import type { Component } from './pipelines.ts';

/** Default of `wait_duration`. */
const DEFAULT_WAIT_MS = 1000;

/**
 * How long a `groupbytrace` in front of `tail_sampling` holds a trace, in milliseconds; undefined for other processors,
 * and if its `wait_duration` is invalid.
 */
export function groupByTraceWaitMs({ id }: Component, collector: ConfigNode): number | undefined {
  if (typeOf(id) !== 'groupbytrace') return undefined;
  const wait = memberOf(memberOf(memberOf(collector.value, 'processors'), id), 'wait_duration') ?? undefined;
  if (wait === undefined) return DEFAULT_WAIT_MS;
  return typeof wait === 'string' ? parseGoDuration(wait) : undefined;
}

/**
 * What a component does and Tailgate does not do, for a message: `drops spans, which Tailgate does not`. Undefined: it
 * does nothing that matters here.
 */
export type Effect = string | undefined;

const NONE = undefined;
const FOR_METRICS_OR_LOGS = undefined;

/**
 * The processors of the Collector and of its contrib and other public distributions, by type without underscores. (They
 * are being renamed one by one, such as from `k8sattributes` to `k8s_attributes`.)
 */
const PROCESSORS: ReadonlyMap<string, Effect> = new Map([
  ['batch', NONE],
  ['groupbytrace', NONE],
  ['memorylimiter', NONE],
  ['queuebatch', NONE],
  ['remotetap', NONE],

  ['adaptivetailsampling', 'drops traces'],
  ['attributes', 'changes span attributes'],
  ['awsecsattributes', 'adds resource attributes'],
  ['cascadingfilter', 'drops traces'],
  ['coralogix', 'adds span attributes'],
  ['datadogsemantics', 'adds attributes'],
  ['dnslookup', 'adds attributes'],
  ['dynamicsampling', 'drops traces'],
  ['filter', 'drops spans'],
  ['genainormalizer', 'renames span attributes'],
  ['geoip', 'adds attributes'],
  ['groupbyattrs', 'moves span attributes to resources'],
  ['isolationforest', 'adds span attributes'],
  ['k8sattributes', 'adds resource attributes'],
  ['k8stagger', 'adds resource attributes'],
  ['lookup', 'adds attributes'],
  ['probabilisticsampler', 'drops traces'],
  ['redaction', 'removes and masks attributes'],
  ['resource', 'changes resource attributes'],
  ['resourcedetection', 'adds resource attributes'],
  ['routing', 'chooses an exporter for each trace'],
  ['schema', 'renames attributes'],
  ['servicegraph', 'generates metrics'],
  ['source', 'adds resource attributes'],
  ['span', 'changes span names and status'],
  ['spanmetrics', 'generates metrics'],
  ['spanpruning', 'merges spans'],
  ['sumologic', 'changes attributes'],
  ['sumologicschema', 'changes attributes'],
  ['transform', 'changes spans'],

  ['cardinalityguardian', FOR_METRICS_OR_LOGS],
  ['cumulativetodelta', FOR_METRICS_OR_LOGS],
  ['deltatocumulative', FOR_METRICS_OR_LOGS],
  ['deltatorate', FOR_METRICS_OR_LOGS],
  ['drain', FOR_METRICS_OR_LOGS],
  ['interval', FOR_METRICS_OR_LOGS],
  ['logdedup', FOR_METRICS_OR_LOGS],
  ['logstransform', FOR_METRICS_OR_LOGS],
  ['metricsgeneration', FOR_METRICS_OR_LOGS],
  ['metricstarttime', FOR_METRICS_OR_LOGS],
  ['metricstransform', FOR_METRICS_OR_LOGS],
  ['signing', FOR_METRICS_OR_LOGS],
  ['unroll', FOR_METRICS_OR_LOGS],
]);

const CONNECTORS: ReadonlyMap<string, Effect> = new Map([
  ['forward', NONE],

  ['count', 'generates metrics'],
  ['datadog', 'generates metrics'],
  ['elasticapm', 'generates metrics'],
  ['exceptions', 'generates metrics or logs'],
  ['failover', 'chooses a pipeline for each trace'],
  ['grafanacloud', 'generates metrics'],
  ['otlpjson', 'turns logs into traces'],
  ['roundrobin', 'chooses a pipeline for each trace'],
  ['routing', 'chooses a pipeline for each trace'],
  ['servicegraph', 'generates metrics'],
  ['signaltometrics', 'generates metrics'],
  ['slowsql', 'generates logs'],
  ['spanmetrics', 'generates metrics'],
  ['sum', 'generates metrics'],
]);

/** Exporters that do not send traces to another system. */
const LOCAL_EXPORTERS = ['debug', 'logging', 'nop'];

const UNKNOWN = 'is unknown to Tailgate, which does not run it';

export function effectOfProcessor(id: string): Effect {
  return effectIn(PROCESSORS, id);
}

export function effectOfConnector(id: string): Effect {
  return effectIn(CONNECTORS, id);
}

export function sendsElsewhere(id: string): boolean {
  return !LOCAL_EXPORTERS.includes(typeOf(id));
}

/** Whether a name is that of a processor that Tailgate knows. */
export function isKnownProcessor(id: string): boolean {
  return PROCESSORS.has(typeOf(id));
}

/** `groupbytrace` of `group_by_trace/2`. */
export function typeOf(id: string): string {
  const [type = ''] = id.split('/');
  return type.trim().replaceAll('_', '');
}

function effectIn(effects: ReadonlyMap<string, Effect>, id: string): Effect {
  const type = typeOf(id);
  if (!effects.has(type)) return UNKNOWN;
  const effect = effects.get(type);
  return effect === undefined ? undefined : `${effect}, which Tailgate does not`;
}
