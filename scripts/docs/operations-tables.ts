import { ALARM_CATALOGUE, type AlarmDefinition, anchorOf } from '../../lib/cdk/monitoring/alarm-catalogue.ts';
import { METRIC_CATALOGUE, type MetricDefinition } from '../../lib/pipeline/metrics.ts';
import { markdownTable } from './generated-blocks.ts';

/** The generated blocks of docs/operations.md, by name. */
export function operationsTables(): ReadonlyMap<string, string> {
  return new Map([
    ['alarms', alarmTable(ALARM_CATALOGUE)],
    ['metrics', metricTable(METRIC_CATALOGUE)],
    ['collector metrics', collectorTable(METRIC_CATALOGUE)],
  ]);
}

function alarmTable(alarms: readonly AlarmDefinition[]): string {
  const rows = alarms.map(({ heading, watches, fires, noDataMeans, missingData }) => [
    `[${heading}](#${anchorOf(heading)})`,
    watches,
    fires,
    `${noDataMeans}: ${missingData === 'notBreaching' ? 'OK' : missingData}`,
  ]);
  return markdownTable(['alarm', 'watches', 'fires by default', 'no data means'], rows);
}

function metricTable(metrics: readonly MetricDefinition[]): string {
  const rows = metrics.map(({ name, unit, kind, dimension, from, description }) => [
    `\`${name}\``,
    unit,
    kind,
    dimension ?? '',
    from.join(', '),
    description,
  ]);
  return markdownTable(['metric', 'unit', 'kind', 'by', 'from', 'counts'], rows);
}

/** Metrics that have a counterpart in the Collector. */
function collectorTable(metrics: readonly MetricDefinition[]): string {
  const rows = metrics.flatMap(({ name, collector }) =>
    collector === undefined ? [] : [[`\`${collector.name}\``, `\`${name}\``, collector.difference ?? 'the same']],
  );
  return markdownTable(['Collector', 'Tailgate', 'difference'], rows);
}
