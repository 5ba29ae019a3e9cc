import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';

/** Whether a policy of type `outer` takes one of type `inner`. The parser is asked: it says so at the type of the inner. */
export function allowsInside(outer: string, inner: string): boolean {
  const inside = { name: 'inner', type: inner };
  const key = `${outer}_sub_policy`;
  const options = { [key]: outer === 'not' ? inside : [inside] };
  const result = parseSamplingConfig(JSON.stringify({ policies: [{ name: 'outer', type: outer, [outer]: options }] }));
  const refusal = new RegExp(`\\.${key}(\\[0\\])?\\.type$`);
  return result.ok || !result.issues.some(({ path }) => refusal.test(path));
}
