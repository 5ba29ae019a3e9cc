/** What docs/ottl.md says under "What is easily missed" and no answer of the Collector shows. */
import { describe, expect, it } from 'vitest';
import { Slots } from '../../lib/ottl/compiler/scope.ts';
import { anyHolds, readCondition } from '../../lib/ottl/conditions.ts';
import { OttlEvaluationError } from '../../lib/ottl/errors.ts';
import { EvaluationContext } from '../../lib/ottl/runtime/context.ts';
import { traceOf } from '../support/build-trace.ts';

function holds(text: string): boolean {
  const trace = traceOf({ name: 'GET /' });
  const [resource] = trace.resourceSpans;
  if (resource === undefined) throw new Error('the trace has a resource');
  return anyHolds(
    [readCondition(text, 'span', new Slots(), () => {})],
    new EvaluationContext(trace, resource),
    'propagate',
  );
}

const nested = (depth: number) => `"${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}"`;

describe('what is easily missed', () => {
  it('the port of a URL is a text or nothing', () => {
    expect(holds('URL("http://a:8080/")["url.port"] == 8080')).toBe(false);
    expect(() => holds('Int(URL("http://a:8080/")["url.port"]) == 8080')).toThrow(OttlEvaluationError);
    expect(holds('String(URL("http://a:8080/")["url.port"]) == "8080"')).toBe(true);
  });

  it('of severities that overlap, the first one counts', () => {
    const wide = '"wide": [{"range": {"min": 1, "max": 600}}]';
    expect(holds(`ParseSeverity(500, {${wide}, "narrow": [{"range": "5xx"}]}) == "wide"`)).toBe(true);
    expect(holds(`ParseSeverity(500, {"narrow": [{"range": "5xx"}], ${wide}}) == "narrow"`)).toBe(true);
  });

  // Go, reflect.Value.IsZero; the conformance run compares it on an attribute.
  it('minus zero is empty', () => {
    expect(holds('IsEmpty(-0.0) and IsEmpty(Double("-0"))')).toBe(true);
  });

  it('a text is in no range, and what no severity fits is a failure', () => {
    expect(() => holds('ParseSeverity("500", {"a": [{"range": "5xx"}]}) == "a"')).toThrow(OttlEvaluationError);
    expect(() => holds('ParseSeverity(500, {"a": [{"equals": ["500"]}]}) == "a"')).toThrow(OttlEvaluationError);
  });

  it.each(['ParseXML', 'ParseSimplifiedXML'])('%s takes a thousand elements inside one another', (converter) => {
    expect(holds(`${converter}(${nested(1000)}) != nil`)).toBe(true);
    expect(() => holds(`${converter}(${nested(1001)}) != nil`)).toThrow(/more than 1000 elements deep/);
  });

  it('what stands before "and" spares what is behind it', () => {
    expect(holds('name == "other" and ExtractGrokPatterns(attributes["none"], "%{WORD}") != nil')).toBe(false);
    expect(() => holds('ExtractGrokPatterns(attributes["none"], "%{WORD}") != nil')).toThrow(OttlEvaluationError);
  });
});
