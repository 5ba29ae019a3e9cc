import { describe, expect, it } from 'vitest';
import { protobufFromJson } from '../../../lib/otlp/json-decode/decode-request.ts';
import { Trace } from '../../../lib/otlp/trace/trace.ts';
import { PolicyEvaluationError } from '../../../lib/sampling/policy.ts';
import { TRACE_ID, traceOf } from '../../support/build-trace.ts';
import { issuesOfPolicy, policyOf } from '../../support/sampling-config.ts';

const ottl = (options: object) => ({ type: 'ottl_condition', ottl_condition: { error_mode: 'ignore', ...options } });

interface Item {
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly events?: readonly Item[];
}

function encode({ name = 'n', attributes = {}, events = [] }: Item): object {
  const keyValues = Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));
  return { name, attributes: keyValues, events: events.map(encode) };
}

/** Spans with events, of the service "checkout", in the scope "my-scope". */
function traceWith(...spans: readonly Item[]): Trace {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'checkout' } }] };
  const encoded = spans.map((span, i) => ({
    traceId: TRACE_ID,
    spanId: `${i + 1}`.padStart(16, '0'),
    ...encode(span),
  }));
  const request = { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'my-scope' }, spans: encoded }] }] };
  return Trace.fromFragments(TRACE_ID, [protobufFromJson(new TextEncoder().encode(JSON.stringify(request)))]);
}

const withAttribute = (key: string, value: string) => traceWith({ attributes: { [key]: value } });
const withEvent = (event: Item) => traceWith({ events: [event] });

describe('ottl_condition', () => {
  // The cases of the Collector's TestEvaluate_OTTL (Apache-2.0), restated.
  it.each<{ when: string; span?: string[]; spanevent?: string[]; trace: Trace; vote: string }>([
    {
      when: 'a span attribute is equal',
      span: ['attributes["k"] == "v"'],
      trace: withAttribute('k', 'v'),
      vote: 'sampled',
    },
    { when: 'it must differ', span: ['attributes["k"] != "v"'], trace: withAttribute('k', 'v'), vote: 'not_sampled' },
    { when: 'it differs', span: ['attributes["k"] != "v"'], trace: withAttribute('k', 'w'), vote: 'sampled' },
    { when: 'it is missing', span: ['attributes["k"] != "v"'], trace: traceWith({}), vote: 'sampled' },
    {
      when: 'an event attribute is equal',
      spanevent: ['attributes["k"] == "v"'],
      trace: withEvent({ attributes: { k: 'v' } }),
      vote: 'sampled',
    },
    {
      when: 'the event has another name',
      spanevent: ['name != "x"'],
      trace: withEvent({ name: 'y' }),
      vote: 'sampled',
    },
    { when: 'there are no events', spanevent: ['name != "x"'], trace: traceWith({}), vote: 'not_sampled' },
    {
      when: 'the path has the prefix span',
      span: ['span.attributes["k"] == "v"'],
      trace: withAttribute('k', 'v'),
      vote: 'sampled',
    },
    {
      when: 'the path has the prefix spanevent',
      spanevent: ['spanevent.attributes["k"] == "v"'],
      trace: withEvent({ attributes: { k: 'v' } }),
      vote: 'sampled',
    },
    {
      when: 'the second condition holds',
      span: ['attributes["a"] == "1"', 'span.attributes["b"] == "2"'],
      trace: withAttribute('b', '2'),
      vote: 'sampled',
    },
    {
      when: 'it asks for the resource of a span',
      span: ['resource.attributes["service.name"] == "checkout"'],
      trace: traceWith({}),
      vote: 'sampled',
    },
    {
      when: 'it asks for the resource of an event',
      spanevent: ['resource.attributes["service.name"] == "checkout"'],
      trace: withEvent({}),
      vote: 'sampled',
    },
    { when: 'it asks for the scope', span: ['scope.name == "my-scope"'], trace: traceWith({}), vote: 'sampled' },
    {
      when: 'it asks for the scope by its older name',
      span: ['instrumentation_scope.name == "my-scope"'],
      trace: traceWith({}),
      vote: 'sampled',
    },
    {
      when: 'the last event of the last span matches',
      spanevent: ['name == "last"'],
      trace: traceWith({ events: [{}] }, {}, { events: [{}, { name: 'last' }] }),
      vote: 'sampled',
    },
    { when: 'a literal is true', span: ['true'], trace: traceWith({}), vote: 'sampled' },
    { when: 'a literal is false', span: ['false'], trace: traceWith({}), vote: 'not_sampled' },
  ])('votes $vote when $when', ({ span, spanevent, trace, vote }) => {
    expect(policyOf(ottl({ span, spanevent })).evaluate(trace).vote).toBe(vote);
  });

  describe('when a condition fails', () => {
    const failing = 'Substring(attributes["missing"], 0, 4) == "keep"';

    it.each([{ error_mode: 'ignore' }, { error_mode: 'silent' }, { error_mode: 'Silent' }, { error_mode: undefined }])(
      'counts it as false and asks the next with error mode $error_mode',
      ({ error_mode }) => {
        const keepsSecond = policyOf(ottl({ error_mode, span: [failing, 'name == "second"'] }));
        expect(keepsSecond.evaluate(traceOf({ name: 'first' }, { name: 'second' })).vote).toBe('sampled');
        expect(policyOf(ottl({ error_mode, span: [failing] })).evaluate(traceOf({})).vote).toBe('not_sampled');
      },
    );

    it('has no vote with error mode propagate, and tells the condition', () => {
      const { evaluate } = policyOf(ottl({ error_mode: 'propagate', span: [failing, 'true'] }));
      expect(() => evaluate(traceOf({}))).toThrow(PolicyEvaluationError);
      expect(() => evaluate(traceOf({}))).toThrow(/expected a string, got nil, in condition: Substring/);
    });

    it('does not reach a condition that fails behind one that holds', () => {
      const { evaluate } = policyOf(ottl({ error_mode: 'propagate', span: ['name == "a"', failing] }));
      expect(evaluate(traceOf({ name: 'a' })).vote).toBe('sampled');
    });
  });

  describe('at start', () => {
    it('reports everything that is wrong with all conditions, with positions and the nearest name', () => {
      const { errors } = issuesOfPolicy(
        ottl({
          span: [
            'attribute["k"] == "v"',
            'IsMtach(name, "a")',
            'name == "a" and\n  status.code == STATUS_CODE_ERR',
            'name = "x"',
            'IsMatch(name, "(")',
            'IsMatch(name)',
            'Now() > start_time',
          ],
          spanevent: ['IsRootSpan()', 5],
        }),
      );
      expect(errors.map((error) => error.replace(/(paths of span|allowed): .*?(?=;|$)/, '$1 …'))).toEqual([
        'ottl_condition.span[0]: 1:1: unknown path "attribute", paths of span …; did you mean "attributes"?',
        'ottl_condition.span[1]: 1:1: unknown converter IsMtach; did you mean "IsMatch"?',
        'ottl_condition.span[2]: 2:18: unknown enum STATUS_CODE_ERR, allowed …; did you mean "STATUS_CODE_ERROR"?',
        'ottl_condition.span[3]: 1:6: expected one of == != <= >= < >, got =',
        expect.stringMatching(/^ottl_condition\.span\[4\]: 1:15: IsMatch: .*missing/),
        'ottl_condition.span[5]: 1:1: IsMatch(Target, Pattern) takes 2 arguments, got 1',
        'ottl_condition.span[6]: 1:1: Now is not supported: a decision must not depend on when or where it is made',
        'ottl_condition.spanevent[0]: 1:1: IsRootSpan can only be used in conditions on spans',
        `ottl_condition.spanevent[1]: expected a condition, such as 'name == "checkout"', got 5`,
      ]);
    });

    it('needs a condition and a known error mode', () => {
      expect(issuesOfPolicy(ottl({})).errors).toEqual([
        'ottl_condition: expected at least one condition in span or spanevent',
      ]);
      expect(issuesOfPolicy(ottl({ error_mode: 'panic', span: ['true'] })).errors).toEqual([
        'ottl_condition.error_mode: unknown value "panic", allowed: propagate, ignore, silent',
      ]);
    });

    it('warns that no error mode is set', () => {
      expect(issuesOfPolicy(ottl({ error_mode: undefined, span: ['true'] })).warnings).toEqual([
        'ottl_condition.error_mode: is not set: a condition that fails counts as false; write silent, ignore or propagate',
      ]);
    });

    it.each([
      { condition: 'attributes["k"] != "v"', warns: true },
      { condition: 'name == "a" and resource.attributes["k"] != 5', warns: true },
      { condition: 'attributes["k"] != nil', warns: false },
      { condition: 'attributes["k"] != nil and attributes["k"] != "v"', warns: false },
      { condition: 'attributes["j"] != nil and attributes["k"] != "v"', warns: true },
      { condition: 'not (attributes["k"] != "v")', warns: false },
      { condition: 'name != "a"', warns: false },
      { condition: 'attributes["k"] == "v"', warns: false },
    ])('warns of what is true where an attribute is missing: $condition, $warns', ({ condition, warns }) => {
      const { warnings } = issuesOfPolicy(ottl({ span: [condition] }));
      expect(warnings.length > 0).toBe(warns);
      if (warns) expect(warnings[0]).toMatch(/^ottl_condition\.span\[0\]: 1:\d+: is true wherever .* is missing/);
    });

    it.each(['resource.schema_url == "x"', 'scope.schema_url == ""', 'status == nil'])(
      'warns of %s, which does not do what it says',
      (condition) => {
        expect(issuesOfPolicy(ottl({ span: [condition] })).warnings).toHaveLength(1);
      },
    );
  });
});
