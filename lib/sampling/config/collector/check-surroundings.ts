import type { ConfigIssues, ConfigNode, ConfigPath } from '../issues.ts';
import { MAX_DECISION_WAIT_MS } from '../parse-block.ts';
import { durationText } from '../read-duration.ts';
import {
  effectOfConnector,
  effectOfProcessor,
  groupByTraceWaitMs,
  isKnownProcessor,
  sendsElsewhere,
  typeOf,
} from './component-effects.ts';
import { type ComponentKind, type IgnoredComponents, reportUselessNames, toIgnore } from './ignored-components.ts';
import { type Component, presetProcessors, readPipelines } from './pipelines.ts';
import { type SpanRoute, spanRoute } from './span-route.ts';

export interface Surroundings {
  /** The whole document, which may have settings around a Collector configuration. */
  readonly root: unknown;
  /** Such as `tail_sampling/eu`. */
  readonly instance: string;
  /** Undefined for a block on its own. */
  readonly collector: ConfigNode | undefined;
  /** The map that has the block as a value, such as `processors`; undefined for bare options. */
  readonly siblings: ConfigNode | undefined;
  readonly ignored: IgnoredComponents;
  readonly decisionWaitMs: number;
}

/**
 * Reports what else the Collector would do with the spans, because Tailgate only runs `tail_sampling`: an error for
 * each component that would change what is decided, kept or sent, unless the configuration says that Tailgate may
 * ignore it; a note for what has no effect here.
 */
export function checkSurroundings(surroundings: Surroundings, issues: ConfigIssues): void {
  const { collector, instance } = surroundings;
  const pipelines = readPipelines(collector);
  if (collector === undefined || pipelines === undefined) {
    checkPart(surroundings, issues);
    return;
  }
  const route = spanRoute(instance, pipelines, collector);
  if (route.pipelines.length === 0) {
    const at = [...collector.path, 'processors', instance];
    issues.warn(at, 'no pipeline of service.pipelines names it: a Collector would not run it, Tailgate does');
    reportUselessNames(surroundings.ignored, { processor: [], connector: [], exporter: [] }, issues);
    return;
  }
  const listed = [...route.before, ...route.after];
  const isListed = (id: string) => listed.some((other) => typeOf(other.id) === typeOf(id));
  const presets = presetProcessors(surroundings.root, collector).filter(({ id }) => !isListed(id));
  const processors = [...presets, ...listed];
  const destinations = withoutRepeats(route.exporters);
  const unsampled = withoutRepeats(route.unsampled);
  const names = (components: readonly Component[]) => components.map(({ id }) => id);
  reportUselessNames(
    surroundings.ignored,
    {
      processor: names(processors).filter((id) => id !== instance),
      connector: names(route.connectors),
      exporter: names([...destinations, ...unsampled]),
    },
    issues,
  );
  const holding = checkWait(route, collector, surroundings, issues);
  checkProcessors(processors, holding, surroundings, issues);
  checkExporters(destinations, surroundings, issues);
  for (const exporter of unsampled.filter(({ id }) => sendsElsewhere(id))) {
    const effect = 'gets spans before they are sampled, which Tailgate does not send. Send them to it before Tailgate';
    refuse('exporter', exporter, effect, surroundings, issues);
  }
  for (const connector of withoutRepeats(route.connectors)) {
    const effect = effectOfConnector(connector.id);
    if (effect !== undefined) refuse('connector', connector, `${effect}. Use it before Tailgate`, surroundings, issues);
  }
  noteReceivers(route, issues);
  const unread = pipelines.filter((pipeline) => !route.pipelines.includes(pipeline)).map(({ id }) => id);
  if (unread.length > 0) {
    issues.note([...collector.path, 'service', 'pipelines'], `${list(unread)}: not run by Tailgate`);
  }
}

/** Without pipelines it is unknown where a processor runs, or whether it is used at all. */
function checkPart({ siblings, collector, instance, ignored }: Surroundings, issues: ConfigIssues): void {
  const names = Object.keys(siblings?.value ?? {}).filter((id) => id !== instance);
  reportUselessNames(ignored, { processor: names, connector: [], exporter: [] }, issues);
  const others = names.filter((id) => {
    const isProcessor = collector !== undefined || isKnownProcessor(id);
    return isProcessor && effectOfProcessor(id) !== undefined && !isIn(ignored.processor, id);
  });
  if (others.length === 0 || siblings === undefined) return;
  issues.warn(
    siblings.path,
    `Tailgate only runs ${instance}, not ${list(others)}; no pipeline here says whether they are used`,
  );
}

/** @param holding processors that hold traces, for which there are warnings already */
function checkProcessors(
  processors: readonly Component[],
  holding: readonly Component[],
  surroundings: Surroundings,
  issues: ConfigIssues,
): void {
  const { instance } = surroundings;
  for (const processor of processors) {
    if (processor.id === instance) {
      issues.error(processor.path, `${instance} is already in this pipeline; remove one of them`);
      continue;
    }
    const effect = effectOfProcessor(processor.id);
    if (effect !== undefined) refuse('processor', processor, `${effect}. Run it before Tailgate`, surroundings, issues);
  }
  const withoutEffect = processors.filter((it) => effectOfProcessor(it.id) === undefined && !holding.includes(it));
  for (const [path, components] of groupedByList(withoutEffect, surroundings.ignored.processor)) {
    issues.note(path, `${list(components)}: not needed here, no effect on what is kept`);
  }
}

/** Returns the processors that hold traces before `decision_wait` begins. */
function checkWait(
  route: SpanRoute,
  collector: ConfigNode,
  surroundings: Surroundings,
  issues: ConfigIssues,
): readonly Component[] {
  const { decisionWaitMs, ignored } = surroundings;
  const holding: Component[] = [];
  for (const processor of route.before) {
    const waitMs = groupByTraceWaitMs(processor, collector);
    if (waitMs === undefined || isIn(ignored.processor, processor.id)) continue;
    const sum = durationText(waitMs + decisionWaitMs);
    const advice = waitMs + decisionWaitMs > MAX_DECISION_WAIT_MS ? '' : `; to wait as long, set decision_wait: ${sum}`;
    issues.warn(
      processor.path,
      `"${processor.id}" holds traces for ${durationText(waitMs)} before decision_wait begins: the Collector waits ${sum} in all, ` +
        `Tailgate ${durationText(decisionWaitMs)}${advice}`,
    );
    holding.push(processor);
  }
  return holding;
}

/** The archive replaces one exporter. */
function checkExporters(exporters: readonly Component[], surroundings: Surroundings, issues: ConfigIssues): void {
  const { exporter: ignored } = surroundings.ignored;
  const [first, ...others] = exporters.filter(({ id }) => sendsElsewhere(id) && !isIn(ignored, id));
  if (first === undefined) return;
  issues.note(first.path, `Tailgate writes kept traces to its archive, not to ${first.id}`);
  for (const exporter of others) {
    const effect =
      'is a second place for kept traces; Tailgate has its archive alone. Send them on with "tailgate replay"';
    refuse('exporter', exporter, effect, surroundings, issues);
  }
}

function noteReceivers({ receivers }: SpanRoute, issues: ConfigIssues): void {
  const [first] = receivers;
  const others = withoutRepeats(receivers).filter(({ id }) => id.split('/')[0] !== 'otlp');
  if (first === undefined || others.length === 0) return;
  issues.note(first.path.slice(0, -1), `${list(others.map(({ id }) => id))}: Tailgate only receives OTLP over HTTP`);
}

/** @param remark what the component does, and what to do if it is needed */
function refuse(
  kind: ComponentKind,
  { id, path }: Component,
  remark: string,
  { ignored, instance }: Surroundings,
  issues: ConfigIssues,
): void {
  if (id.includes('${')) issues.error(path, `"${id}" is not substituted here; write the name itself`);
  else if (!isIn(ignored[kind], id)) {
    issues.error(path, `"${id}" ${remark}, or add it to ${toIgnore(kind, id)} in ${instance}`);
  }
}

/** Groups components by the list that contains them, so that each list gets one note. */
function groupedByList(
  components: readonly Component[],
  silent: readonly Component[],
): readonly (readonly [ConfigPath, readonly string[]])[] {
  const lists = new Map<string, { path: ConfigPath; ids: string[] }>();
  for (const { id, path } of components) {
    if (isIn(silent, id)) continue;
    const listPath = typeof path.at(-1) === 'number' ? path.slice(0, -1) : path;
    const key = JSON.stringify(listPath);
    const entry = lists.get(key) ?? { path: listPath, ids: [] };
    entry.ids.push(id);
    lists.set(key, entry);
  }
  return [...lists.values()].map(({ path, ids }) => [path, ids]);
}

function isIn(components: readonly Component[], id: string): boolean {
  return components.some((component) => component.id === id);
}

function withoutRepeats(components: readonly Component[]): readonly Component[] {
  const first = new Map<string, Component>();
  for (const component of components) if (!first.has(component.id)) first.set(component.id, component);
  return [...first.values()];
}

function list(names: readonly string[]): string {
  return names.join(', ');
}
