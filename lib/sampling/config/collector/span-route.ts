import type { ConfigNode } from '../issues.ts';
import { isYamlMap, memberOf } from '../yaml-map.ts';
import { type Component, isTracesPipeline, type Pipeline } from './pipelines.ts';

/** The components that spans pass on their way to and from a `tail_sampling` processor. */
export interface SpanRoute {
  readonly receivers: readonly Component[];
  /** Processors in front of `tail_sampling`, in its pipelines and in those from which connectors lead to it. */
  readonly before: readonly Component[];
  /** Processors behind it, in its pipelines and in those to which connectors lead. */
  readonly after: readonly Component[];
  readonly connectors: readonly Component[];
  /** Exporters behind it. */
  readonly exporters: readonly Component[];
  /** Exporters that get spans on their way to it, before they are sampled. */
  readonly unsampled: readonly Component[];
  /** The pipelines on the route. */
  readonly pipelines: readonly Pipeline[];
}

/** Follows the pipelines that name the processor `instance`, and connectors from one traces pipeline to another. */
export function spanRoute(instance: string, pipelines: readonly Pipeline[], collector: ConfigNode): SpanRoute {
  const own = pipelines.filter(({ processors }) => processors.some(({ id }) => id === instance));
  const receivers: Component[] = [];
  const before: Component[] = [];
  const after: Component[] = [];
  const connectors: Component[] = [];
  const exporters: Component[] = [];
  const unsampled: Component[] = [];
  const passed = new Set<Pipeline>(own);
  const others = (side: 'receivers' | 'exporters', { id }: Component) =>
    pipelines.filter(
      (pipeline) => !passed.has(pipeline) && isTracesPipeline(pipeline) && pipeline[side].some((it) => it.id === id),
    );

  const upstream = (pipeline: Pipeline) => {
    for (const receiver of pipeline.receivers) {
      if (!isConnector(receiver, collector)) {
        receivers.push(receiver);
        continue;
      }
      connectors.push(receiver);
      for (const source of others('exporters', receiver)) {
        passed.add(source);
        upstream(source);
        before.push(...source.processors);
        for (const branch of source.exporters.filter(({ id }) => id !== receiver.id)) {
          (isConnector(branch, collector) ? connectors : unsampled).push(branch);
        }
      }
    }
  };
  const downstream = (pipeline: Pipeline) => {
    for (const exporter of pipeline.exporters) {
      if (!isConnector(exporter, collector)) {
        exporters.push(exporter);
        continue;
      }
      connectors.push(exporter);
      for (const target of others('receivers', exporter)) {
        passed.add(target);
        after.push(...target.processors);
        downstream(target);
      }
    }
  };
  for (const pipeline of own) {
    const at = pipeline.processors.findIndex(({ id }) => id === instance);
    upstream(pipeline);
    before.push(...pipeline.processors.slice(0, at));
    after.push(...pipeline.processors.slice(at + 1));
    downstream(pipeline);
  }
  return { receivers, before, after, connectors, exporters, unsampled, pipelines: [...passed] };
}

/** Only the section `connectors` distinguishes them from receivers and exporters: `otlp` can be one of each. */
function isConnector({ id }: Component, { value: config }: ConfigNode): boolean {
  const connectors = memberOf(config, 'connectors');
  return isYamlMap(connectors) && Object.hasOwn(connectors, id);
}
