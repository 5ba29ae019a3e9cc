/**
 * What conditions cost on traces that are made to be dear. Counted are the reads of the trace and the steps of converters, not
 * the time.
 */
import { RE2JS } from 're2js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MessageView } from '../../lib/otlp/protobuf/message-view.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { ResourceSpansView, ScopeView } from '../../lib/otlp/trace/views.ts';
import { Work } from '../../lib/ottl/runtime/work.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';
import { EPOCH_MS, TRACE_ID } from '../support/build-trace.ts';
import { policyOf } from '../support/sampling-config.ts';

const { TracesData } = opentelemetry.proto.trace.v1;

interface Shape {
  readonly spans?: number;
  readonly events?: number;
  readonly attributes?: number;
  /** A text on the resource, the scope and each span. */
  readonly text?: string;
  readonly list?: readonly string[];
}

const keyValue = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/** Attributes k0, k1 … on the resource, the scope and each span; each event and span is called n0, n1 … */
function traceWith({ spans = 1, events = 0, attributes = 0, text = '', list = [] }: Shape): Trace {
  const many = [
    ...Array.from({ length: attributes }, (_, i) => keyValue(`k${i}`, 'v')),
    keyValue('text', text),
    { key: 'list', value: { arrayValue: { values: list.map((stringValue) => ({ stringValue })) } } },
  ];
  const span = (i: number) => ({
    traceId: Buffer.from(TRACE_ID, 'hex'),
    spanId: Buffer.from(`${i + 1}`.padStart(16, '0'), 'hex'),
    name: `n${i}`,
    startTimeUnixNano: EPOCH_MS,
    attributes: spans === 1 ? many : [],
    events: Array.from({ length: events }, (_, j) => ({ name: `n${j}`, attributes: [] })),
  });
  const data = {
    resourceSpans: [
      {
        resource: { attributes: many },
        scopeSpans: [
          { scope: { name: 's', attributes: many }, spans: Array.from({ length: spans }, (_, i) => span(i)) },
        ],
      },
    ],
  };
  return Trace.fromFragments(TRACE_ID, [TracesData.encode(TracesData.fromObject(data)).finish()]);
}

/** How often a list of attributes was read while a policy with this condition said no, and how many steps that took. */
function costOf(list: 'span' | 'spanevent', condition: string, trace: Trace): { reads: number; steps: number } {
  const policy = policyOf({ type: 'ottl_condition', ottl_condition: { error_mode: 'propagate', [list]: [condition] } });
  const readers = [
    vi.spyOn(Trace.prototype, 'attribute'),
    vi.spyOn(ResourceSpansView.prototype, 'attribute'),
    vi.spyOn(ResourceSpansView.prototype, 'resourceMessage'),
    vi.spyOn(ScopeView.prototype, 'attribute'),
    vi.spyOn(MessageView.prototype, 'attributes'),
    vi.spyOn(MessageView.prototype, 'count'),
  ];
  const spend = vi.spyOn(Work.prototype, 'spend');
  expect(policy.evaluate(trace).vote).toBe('not_sampled');
  const reads = readers.reduce((sum, { mock }) => sum + mock.calls.length, 0);
  return { reads, steps: spend.mock.calls.reduce((sum, [steps]) => sum + steps, 0) };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a condition on events', () => {
  it.each([
    'span.attributes["k999"] == "x"',
    'span.attributes["missing"] == "x"',
    'span.attributes["list"][0] == name',
    'span.attributes[name] == "x"',
    'span.attributes["text"] == "x" or resource.attributes["text"] == name or scope.attributes["text"] == name',
    'span.attributes != resource.attributes',
    'Len(span.events) == 0 or Len(span.attributes) == 0',
  ])('reads the attributes of its span once, not for each event: %s', (condition) => {
    const trace = traceWith({ events: 1000, attributes: 1000, list: ['a'] });
    expect(costOf('spanevent', condition, trace).reads).toBeLessThanOrEqual(5);
  });
});

describe('a condition on spans', () => {
  it.each([
    'resource.attributes["k999"] == "x"',
    'resource.attributes["missing"] == name',
    'resource.attributes["list"][0] == name',
    'resource.attributes[name] == "x"',
    'scope.attributes["k999"] == name',
    'instrumentation_scope.attributes["missing"] == "x"',
    'scope.attributes[name] == "x"',
    'IsMatch(resource.attributes["text"], "x") or Len(resource.attributes) == 0',
  ])('reads the attributes of a resource and a scope once, not for each span: %s', (condition) => {
    const trace = traceWith({ spans: 1000, attributes: 1000, list: ['a'] });
    expect(costOf('span', condition, trace).reads).toBeLessThanOrEqual(5);
  });

  it.each([
    ['parses it once', 'ParseJSON(resource.attributes["text"])["k"] == name'],
    ['compares it once', 'resource.attributes["list"] != resource.attributes["list"]'],
    ['matches it once', 'IsMatch(scope.attributes["text"], "nothing")'],
    ['fails once', 'Coalesce([name]) == "x" or resource.attributes["text"] == "x"'],
  ])('%s: %s', (_, condition) => {
    const text = `{"k": "${'x'.repeat(10_000)}"}`;
    const trace = traceWith({ spans: 1000, text, list: ['a'] });
    // Each span has a name of up to 4 characters, read and made anew.
    expect(costOf('span', condition, trace).steps).toBeLessThan(4 * text.length + 1000 * 10);
  });

  it('fails when a pattern of the data is large by its repeats, before it is compiled', () => {
    const trace = traceWith({ text: '(a?){1000}'.repeat(50) });
    const options = { error_mode: 'propagate', span: ['IsMatch(name, resource.attributes["text"])'] };
    const compile = vi.spyOn(RE2JS, 'compile');
    const policy = policyOf({ type: 'ottl_condition', ottl_condition: options });
    expect(() => policy.evaluate(trace)).toThrow(/takes more than 4000000 steps/);
    expect(compile).not.toHaveBeenCalled();
  });

  it('fails when the data makes it the product of a resource and its spans', () => {
    const list = Array.from({ length: 5000 }, (_, i) => `v${i}`);
    const trace = traceWith({ spans: 2000, list });
    const bytes = trace.index.fragments.reduce((sum, { length }) => sum + length, 0);
    const condition = 'ContainsValue(resource.attributes["list"], name)';
    const options = { error_mode: 'propagate', span: [condition] };
    const spend = vi.spyOn(Work.prototype, 'spend');
    const policy = policyOf({ type: 'ottl_condition', ottl_condition: options });
    expect(() => policy.evaluate(trace)).toThrow(
      /takes more than 4000000 steps and 16 for each byte of the trace and each of its converters/,
    );
    const steps = spend.mock.calls.reduce((sum, [step]) => sum + step, 0);
    expect(steps).toBeLessThan(4_000_000 + 16 * bytes + 20_000);
  });

  it('may look at all of a large trace with each of its converters', () => {
    const body = 'x'.repeat(2_000_000);
    const condition = Array.from({ length: 40 }, (_, i) => `HasPrefix(attributes["text"], "y${i}")`).join(' or ');
    expect(costOf('span', condition, traceWith({ text: body })).steps).toBeGreaterThan(40 * body.length);
  });

  it('leaves the other conditions their own steps', () => {
    const trace = traceWith({ spans: 2000, list: Array.from({ length: 5000 }, (_, i) => `v${i}`) });
    const span = ['ContainsValue(resource.attributes["list"], name)', 'ToUpperCase(name) == "N1999"'];
    const policy = policyOf({ type: 'ottl_condition', ottl_condition: { error_mode: 'ignore', span } });
    expect(policy.evaluate(trace).vote).toBe('sampled');
  });
});

describe('what a resource was asked', () => {
  const resource = (value: string, names: readonly string[]) => ({
    resource: { attributes: [keyValue('r', value)] },
    scopeSpans: names.map((name, i) => ({
      scope: { name, attributes: [keyValue('s', name)] },
      spans: [{ traceId: Buffer.from(TRACE_ID, 'hex'), spanId: Buffer.from(`${value}${i}`.padStart(8, '_')), name }],
    })),
  });
  const data = { resourceSpans: [resource('a', ['x', 'y']), resource('b', ['x', 'z'])] };
  const trace = Trace.fromFragments(TRACE_ID, [TracesData.encode(TracesData.fromObject(data)).finish()]);

  it.each([
    ['resource.attributes["r"] == "b" and scope.attributes["s"] == "z"', true],
    ['resource.attributes["r"] == "a" and scope.attributes["s"] == "z"', false],
    ['scope.attributes["s"] != name or scope.name != name', false],
    ['Concat([resource.attributes["r"], "-"], "") == "b-" and name == "z"', true],
    ['Concat([scope.name, resource.attributes["r"]], "") == "ya"', true],
    ['Concat([scope.name, resource.attributes["r"]], "") == "yb"', false],
  ])('is not what another one answers: %s is %s', (condition, holds) => {
    const policy = policyOf({ type: 'ottl_condition', ottl_condition: { error_mode: 'propagate', span: [condition] } });
    expect(policy.evaluate(trace).vote).toBe(holds ? 'sampled' : 'not_sampled');
  });
});
