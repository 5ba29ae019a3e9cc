import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { Case, CaseTrace, TailSampling } from './case.ts';
import { onFakeTime } from './limited-cases.ts';

/** The configuration that the processor's own tests load, on traces that have its attributes. */
export function collectorExample(moduleFolder: string, traceCount: number): fc.Arbitrary<Case> {
  const text = readFileSync(join(moduleFolder, 'testdata', 'tail_sampling_config.yaml'), 'utf8');
  const { tail_sampling } = parse(text, { intAsBigInt: true }) as { tail_sampling: TailSampling };
  // Without the first, which keeps everything, so that the others have a say.
  const config = { ...tail_sampling, policies: tail_sampling.policies.slice(1) };
  return fc.tuple(fc.boolean(), onFakeTime(traceCount)).map(([isWhole, rest]) => ({
    ...rest,
    config: isWhole ? tail_sampling : config,
    traces: rest.traces.map(withItsKeys),
  }));
}

/** `key1` … `key4` in place of some keys. */
function withItsKeys(trace: CaseTrace): CaseTrace {
  const keys = new Map([
    ['a', 'key1'],
    ['name', 'key2'],
    ['service.name', 'key4'],
  ]);
  return {
    ...trace,
    spans: trace.spans.map((span) => ({
      ...span,
      attributes: span.attributes.map(([key, value]) => [keys.get(key) ?? key, value] as const),
    })),
  };
}
