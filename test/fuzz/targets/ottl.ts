import { protobufFromJson } from '../../../lib/otlp/json-decode/decode-request.ts';
import { Trace } from '../../../lib/otlp/trace/trace.ts';
import { CONVERTERS } from '../../../lib/ottl/converters/registry.ts';
import recorded from '../../ottl/collector-answers.json' with { type: 'json' };
import { checkCondition, conditionOf } from '../checks/condition.ts';
import { type FuzzTarget, textOf } from '../target.ts';

const TRACE = Trace.fromFragments('4bf92f3577b34da6a3ce929d0e0e4736', [
  protobufFromJson(new TextEncoder().encode(JSON.stringify(recorded.trace))),
]);

/** Every how many of the recorded conditions is a seed: all of them make a slow start. */
const EVERY = 9;

/** A condition: parsed, compiled, and evaluated on a span and an event. */
export const target: FuzzTarget = {
  fuzz: (data) => {
    for (const context of ['span', 'spanevent'] as const) {
      const condition = conditionOf(textOf(data), context);
      if (condition !== undefined) checkCondition(condition, TRACE);
    }
  },
  seeds: () => recorded.span.flatMap(([text], i) => (i % EVERY === 0 ? [String(text)] : [])),
  words: [
    ...[...CONVERTERS.keys()].map((name) => `${name}(`),
    ' and ',
    ' or ',
    'not ',
    'attributes["',
    'resource.',
    'nil',
  ],
  maxLength: 512,
  // The limit on the work of one condition (docs/ottl.md) is some tenths of a second.
  maxMs: () => 2_000,
};
