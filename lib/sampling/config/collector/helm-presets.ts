import type { ConfigNode } from '../issues.ts';
import { memberOf } from '../yaml-map.ts';
import type { Component } from './pipelines.ts';

/** Presets of the Helm chart opentelemetry-collector that put a processor in front of every traces pipeline. */
const PRESETS = [
  { preset: 'kubernetesAttributes', id: 'k8sattributes' },
  { preset: 'resourceDetection', id: 'resourcedetection' },
];

/** The processors that Helm values add to the configuration in them. */
export function presetProcessors(root: unknown, collector: ConfigNode): readonly Component[] {
  const [last, ...outer] = collector.path.toReversed();
  if (last !== 'config' && last !== 'alternateConfig') return [];
  const path = outer.toReversed();
  const values = path.reduce<unknown>((value, step) => memberOf(value, String(step)), root);
  return PRESETS.filter(
    ({ preset }) => memberOf(memberOf(memberOf(values, 'presets'), preset), 'enabled') === true,
  ).map(({ preset, id }) => ({ id, path: [...path, 'presets', preset] }));
}
