import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseSamplingConfig } from '../../../../lib/sampling/config/parse-sampling-config.ts';
import { issuesOf } from '../../../support/sampling-config.ts';

const POLICIES = [{ name: 'all', type: 'always_sample' }];

interface FileOptions {
  readonly pipelines: object;
  readonly processors?: object;
  readonly tailgate?: object;
  readonly block?: object;
  readonly connectors?: object;
}

/** A Collector file with these pipelines. */
function fileOf({ pipelines, processors = {}, tailgate, block = {}, connectors = {} }: FileOptions): string {
  const tailSampling = { ...block, policies: POLICIES, ...(tailgate && { tailgate }) };
  return stringify({ processors: { ...processors, tail_sampling: tailSampling }, connectors, service: { pipelines } });
}

const traces = (processors: readonly string[], exporters: readonly string[] = ['otlp']) => ({
  receivers: ['otlp'],
  processors,
  exporters,
});

function notesOf(text: string): readonly string[] {
  return parseSamplingConfig(text).notes.map(({ path, message }) => `${path}: ${message}`);
}

const NOT_TO_OTLP = 'service.pipelines.traces.exporters[0]: Tailgate writes kept traces to its archive, not to otlp';

describe('processors beside tail_sampling', () => {
  it('are errors when they would change what is decided or kept, each with its place and what to do', () => {
    const text = fileOf({ pipelines: { traces: traces(['redaction', 'attributes/pii', 'tail_sampling', 'filter']) } });
    const at = 'service.pipelines.traces.processors';
    expect(issuesOf(text)).toEqual({
      errors: [
        `${at}[0]: "redaction" removes and masks attributes, which Tailgate does not. Run it before Tailgate, or add it to tailgate: { ignore_processors: [redaction] } in tail_sampling`,
        `${at}[1]: "attributes/pii" changes span attributes, which Tailgate does not. Run it before Tailgate, or add it to tailgate: { ignore_processors: [attributes/pii] } in tail_sampling`,
        `${at}[3]: "filter" drops spans, which Tailgate does not. Run it before Tailgate, or add it to tailgate: { ignore_processors: [filter] } in tail_sampling`,
      ],
      warnings: [],
    });
  });

  it('are reported together with what is wrong in the block, with their lines', () => {
    const text = fileOf({ pipelines: { traces: traces(['redaction', 'tail_sampling']) }, block: { decision_wait: 5 } });
    const lineOf = (part: string) => 1 + text.split('\n').findIndex((line) => line.includes(part));
    const result = parseSamplingConfig(text);
    expect(result.ok ? [] : result.issues).toMatchObject([
      { path: 'processors.tail_sampling.decision_wait', line: lineOf('decision_wait') },
      { path: 'service.pipelines.traces.processors[0]', line: lineOf('- redaction') },
    ]);
  });

  it('go through when they are ignored knowingly', () => {
    const tailgate = { ignore_processors: ['redaction', 'attributes/pii', 'batch'] };
    const pipelines = { traces: traces(['redaction', 'attributes/pii', 'tail_sampling', 'batch']) };
    const text = fileOf({ pipelines, tailgate });
    expect(issuesOf(text)).toEqual({ errors: [], warnings: [] });
    expect(notesOf(text)).toEqual([NOT_TO_OTLP]);
  });

  it('are noted when they have no effect here', () => {
    const text = fileOf({ pipelines: { traces: traces(['memory_limiter', 'batch/2', 'tail_sampling', 'remotetap']) } });
    expect(issuesOf(text)).toEqual({ errors: [], warnings: [] });
    expect(notesOf(text)).toEqual([
      'service.pipelines.traces.processors: memory_limiter, batch/2, remotetap: not needed here, no effect on what is kept',
      NOT_TO_OTLP,
    ]);
  });

  it('are errors when Tailgate does not know them', () => {
    const text = fileOf({ pipelines: { traces: traces(['acme/x', 'tail_sampling']) } });
    expect(issuesOf(text).errors).toEqual([
      expect.stringMatching(
        /^service\.pipelines\.traces\.processors\[0\]: "acme\/x" is unknown to Tailgate, which does not run it\. .*ignore_processors: \[acme\/x\]/,
      ),
    ]);
  });

  it.each(['k8sattributes', 'k8s_attributes', 'resourcedetection/env', 'resource_detection', 'probabilistic_sampler'])(
    'are known by the old and the new spelling of their type: %s',
    (id) => {
      const text = fileOf({ pipelines: { traces: traces([id, 'tail_sampling']) } });
      expect(issuesOf(text).errors).toEqual([expect.stringMatching(/" (adds|drops) /)]);
    },
  );

  it('may be given as one string with commas', () => {
    const pipelines = { traces: { receivers: 'otlp', processors: 'filter,tail_sampling', exporters: 'otlp' } };
    expect(issuesOf(fileOf({ pipelines })).errors).toEqual([
      expect.stringMatching(/^service\.pipelines\.traces\.processors: "filter" drops spans/),
    ]);
  });

  it('are not known when they are substituted', () => {
    const id = `\${env:PROCESSORS}`;
    const text = fileOf({ pipelines: { traces: traces([id, 'tail_sampling']) } });
    expect(issuesOf(text).errors).toEqual([
      `service.pipelines.traces.processors[0]: "${id}" is not substituted here; write the name itself`,
    ]);
  });

  it('cannot be a second tail_sampling', () => {
    const text = fileOf({ pipelines: { traces: traces(['tail_sampling', 'tail_sampling']) } });
    expect(issuesOf(text).errors).toEqual([
      'service.pipelines.traces.processors[1]: tail_sampling is already in this pipeline; remove one of them',
    ]);
  });

  it('of every pipeline that has tail_sampling count, and those of others do not', () => {
    const pipelines = {
      'traces/a': traces(['filter/a', 'tail_sampling']),
      'traces/b': traces(['filter/b', 'tail_sampling']),
      'traces/metrics': traces(['filter/c'], ['spanmetrics']),
      logs: traces(['redaction']),
    };
    const text = fileOf({ pipelines, tailgate: { ignore_processors: ['filter/a'] } });
    expect(issuesOf(text).errors).toEqual([expect.stringMatching(/^service\.pipelines\.traces\/b\.processors\[0\]: /)]);
    expect(notesOf(text)[0]).toBe('service.pipelines: traces/metrics, logs: not run by Tailgate');
  });
});

describe('groupbytrace before tail_sampling', () => {
  const fileWith = (wait: object | null, decisionWait: string) =>
    fileOf({
      pipelines: { traces: traces(['groupbytrace', 'tail_sampling']) },
      processors: { groupbytrace: wait },
      block: { decision_wait: decisionWait },
    });

  it.each([
    { wait: { wait_duration: '10s' }, decision: '1s', waits: '10s', sum: '11s' },
    { wait: null, decision: '500ms', waits: '1s', sum: '1.5s' },
    { wait: { wait_duration: '1m' }, decision: '30s', waits: '1m', sum: '1m30s' },
  ])('says which wait results: $wait and $decision', ({ wait, decision, waits, sum }) => {
    const text = fileWith(wait, decision);
    const own = decision === '500ms' ? '0.5s' : decision;
    expect(issuesOf(text)).toEqual({
      errors: [],
      warnings: [
        `service.pipelines.traces.processors[0]: "groupbytrace" holds traces for ${waits} before decision_wait begins: the Collector waits ${sum} in all, Tailgate ${own}; to wait as long, set decision_wait: ${sum}`,
      ],
    });
    // No note says that it has no effect.
    expect(notesOf(text)).toEqual([NOT_TO_OTLP]);
    // Advice that is followed is taken.
    expect(parseSamplingConfig(fileWith(wait, sum)).ok).toBe(true);
  });

  it('does not advise a wait that would be refused', () => {
    expect(issuesOf(fileWith({ wait_duration: '12h' }, '1s')).warnings).toEqual([
      expect.stringMatching(/the Collector waits 12h1s in all, Tailgate 1s$/),
    ]);
  });

  it('means nothing behind it, and when it is ignored', () => {
    const pipelines = { traces: traces(['tail_sampling', 'groupbytrace']) };
    expect(issuesOf(fileOf({ pipelines })).warnings).toEqual([]);
    const before = { traces: traces(['groupbytrace', 'tail_sampling']) };
    const tailgate = { ignore_processors: ['groupbytrace'] };
    expect(issuesOf(fileOf({ pipelines: before, tailgate })).warnings).toEqual([]);
  });
});

describe('connectors around tail_sampling', () => {
  it('lead to the processors in front of it and behind it', () => {
    const text = fileOf({
      connectors: { 'forward/in': null, 'forward/out': null },
      pipelines: {
        'traces/in': traces(['redaction'], ['forward/in']),
        traces: { receivers: ['forward/in'], processors: ['tail_sampling'], exporters: ['forward/out'] },
        'traces/out': { receivers: ['forward/out'], processors: ['attributes'], exporters: ['otlp'] },
      },
    });
    expect(issuesOf(text).errors).toEqual([
      expect.stringMatching(/^service\.pipelines\.traces\/in\.processors\[0\]: "redaction" /),
      expect.stringMatching(/^service\.pipelines\.traces\/out\.processors\[0\]: "attributes" /),
    ]);
    expect(notesOf(text)).toEqual([
      'service.pipelines.traces/out.exporters[0]: Tailgate writes kept traces to its archive, not to otlp',
    ]);
  });

  it.each([
    { connector: 'routing', does: 'chooses a pipeline for each trace' },
    { connector: 'span_metrics', does: 'generates metrics' },
    { connector: 'acme', does: 'is unknown to Tailgate' },
  ])('are errors when they do something themselves: $connector', ({ connector, does }) => {
    const pipelines = { traces: traces(['tail_sampling'], ['otlp', connector]) };
    const text = (tailgate?: object) =>
      fileOf({ connectors: { [connector]: {} }, pipelines, ...(tailgate && { tailgate }) });
    expect(issuesOf(text()).errors).toEqual([
      expect.stringMatching(
        new RegExp(
          `^service\\.pipelines\\.traces\\.exporters\\[1\\]: "${connector}" ${does}.* tailgate: \\{ ignore_connectors: \\[${connector}\\] \\}`,
        ),
      ),
    ]);
    expect(issuesOf(text({ ignore_connectors: [connector] }))).toEqual({ errors: [], warnings: [] });
  });

  it('are followed also when they are ignored', () => {
    const text = fileOf({
      connectors: { routing: {} },
      tailgate: { ignore_connectors: ['routing'] },
      pipelines: {
        'traces/in': traces(['filter'], ['routing']),
        traces: { receivers: ['routing'], processors: ['tail_sampling'], exporters: ['otlp'] },
      },
    });
    expect(issuesOf(text).errors).toEqual([expect.stringMatching(/^service\.pipelines\.traces\/in\.processors\[0\]/)]);
  });

  it('in front of it lead past it as well: other connectors and exporters there get spans that are not sampled yet', () => {
    const text = (tailgate?: object) =>
      fileOf({
        connectors: { forward: null, spanmetrics: {} },
        pipelines: {
          'traces/in': traces(['batch'], ['spanmetrics', 'otlp/raw', 'debug', 'forward']),
          traces: { receivers: ['forward'], processors: ['tail_sampling'], exporters: ['otlp'] },
        },
        ...(tailgate && { tailgate }),
      });
    const at = 'service.pipelines.traces/in.exporters';
    expect(issuesOf(text()).errors).toEqual([
      `${at}[0]: "spanmetrics" generates metrics, which Tailgate does not. Use it before Tailgate, or add it to tailgate: { ignore_connectors: [spanmetrics] } in tail_sampling`,
      `${at}[1]: "otlp/raw" gets spans before they are sampled, which Tailgate does not send. Send them to it before Tailgate, or add it to tailgate: { ignore_exporters: [otlp/raw] } in tail_sampling`,
    ]);
    const ignored = { ignore_connectors: ['spanmetrics'], ignore_exporters: ['otlp/raw'] };
    expect(issuesOf(text(ignored))).toEqual({ errors: [], warnings: [] });
    expect(notesOf(text(ignored))).toContain(NOT_TO_OTLP);
  });

  it('are followed over several pipelines, and from pipelines of traces alone', () => {
    const text = fileOf({
      connectors: { 'forward/1': null, 'forward/2': null },
      pipelines: {
        'traces/a': traces(['filter'], ['forward/1']),
        'logs/a': traces(['redaction'], ['forward/1']),
        'traces/b': { receivers: ['forward/1'], processors: ['attributes'], exporters: ['forward/2'] },
        traces: { receivers: ['forward/2'], processors: ['tail_sampling'], exporters: ['otlp'] },
      },
    });
    expect(issuesOf(text).errors).toEqual([
      expect.stringMatching(/^service\.pipelines\.traces\/a\.processors\[0\]: "filter" /),
      expect.stringMatching(/^service\.pipelines\.traces\/b\.processors\[0\]: "attributes" /),
    ]);
  });

  it('that lead in a circle end', () => {
    const text = fileOf({
      connectors: { forward: {} },
      pipelines: { traces: { receivers: ['forward'], processors: ['tail_sampling'], exporters: ['forward'] } },
    });
    expect(issuesOf(text)).toEqual({ errors: [], warnings: [] });
  });

  it('are no receivers and exporters of the same name', () => {
    const text = fileOf({
      pipelines: { traces: traces(['tail_sampling']), 'traces/raw': traces(['filter']) },
    });
    expect(issuesOf(text)).toEqual({ errors: [], warnings: [] });
  });
});

describe('exporters behind tail_sampling', () => {
  it('are replaced by the archive when there is one, and an error from the second on', () => {
    const text = fileOf({ pipelines: { traces: traces(['tail_sampling'], ['debug', 'otlp/a', 'nop', 'otlp/b']) } });
    expect(issuesOf(text).errors).toEqual([
      'service.pipelines.traces.exporters[3]: "otlp/b" is a second place for kept traces; Tailgate has its archive alone. Send them on with "tailgate replay", or add it to tailgate: { ignore_exporters: [otlp/b] } in tail_sampling',
    ]);
  });

  it.each(['otlp/a', 'otlp/b'])('go through when all but one are ignored: %s', (id) => {
    const pipelines = { traces: traces(['tail_sampling'], ['otlp/a', 'otlp/b']) };
    const text = fileOf({ pipelines, tailgate: { ignore_exporters: [id] } });
    const other = id === 'otlp/a' ? 'otlp/b' : 'otlp/a';
    expect(issuesOf(text)).toEqual({ errors: [], warnings: [] });
    expect(notesOf(text)).toEqual([expect.stringContaining(`to its archive, not to ${other}`)]);
  });

  it('count once for several pipelines', () => {
    const pipelines = { 'traces/a': traces(['tail_sampling']), 'traces/b': traces(['tail_sampling']) };
    expect(issuesOf(fileOf({ pipelines })).errors).toEqual([]);
  });
});

describe('receivers', () => {
  it('other than OTLP are noted', () => {
    const pipelines = {
      traces: { receivers: ['jaeger', 'otlp/2'], processors: ['tail_sampling'], exporters: ['otlp'] },
    };
    expect(notesOf(fileOf({ pipelines }))[0]).toBe(
      'service.pipelines.traces.receivers: jaeger: Tailgate only receives OTLP over HTTP',
    );
  });
});

describe('the lists of what is ignored', () => {
  const fileWith = (tailgate: object) =>
    fileOf({
      tailgate,
      connectors: { spanmetrics: {} },
      pipelines: { traces: traces(['filter', 'attributes', 'tail_sampling'], ['otlp', 'spanmetrics']) },
      processors: { filter: {}, attributes: {}, redaction: {} },
    });
  const at = 'processors.tail_sampling.tailgate';

  it.each([
    {
      what: 'a misspelt name',
      tailgate: { ignore_processors: ['filer', 'attributes'], ignore_connectors: ['spanmetrics'] },
      error: `${at}.ignore_processors[0]: tail_sampling has no processor "filer" in its pipelines; did you mean "filter"?`,
    },
    {
      what: 'a processor that is not used',
      tailgate: { ignore_processors: ['redaction'] },
      error: `${at}.ignore_processors[0]: tail_sampling has no processor "redaction" in its pipelines; remove it`,
    },
    {
      what: 'a name that is listed twice',
      tailgate: { ignore_processors: ['filter', 'filter'] },
      error: `${at}.ignore_processors[1]: "filter" is already listed; remove one of them`,
    },
    {
      what: 'a connector among processors',
      tailgate: { ignore_processors: ['spanmetrics'] },
      error: `${at}.ignore_processors[0]: tail_sampling has no processor "spanmetrics" in its pipelines; move it to ignore_connectors`,
    },
    {
      what: 'tail_sampling itself',
      tailgate: { ignore_processors: ['tail_sampling'] },
      error: `${at}.ignore_processors[0]: tail_sampling has no processor "tail_sampling" in its pipelines; remove it`,
    },
    {
      what: 'a number',
      tailgate: { ignore_processors: [5] },
      error: `${at}.ignore_processors[0]: expected a string, got 5; write it in quotes: "5"`,
    },
  ])('have no $what', ({ tailgate, error }) => {
    expect(issuesOf(fileWith(tailgate)).errors).toContain(error);
  });

  it('have one error for what is no name', () => {
    const all = { ignore_processors: ['filter', 'attributes'], ignore_connectors: ['spanmetrics'] };
    for (const odd of [5, `\${env:X}`]) {
      const text = fileWith({ ...all, ignore_exporters: [odd] });
      expect(issuesOf(text).errors).toEqual([
        expect.stringMatching(/^processors\.tail_sampling\.tailgate\.ignore_exporters\[0\]: /),
      ]);
    }
  });

  it('have no name where there are no pipelines', () => {
    const text = stringify({ policies: POLICIES, tailgate: { ignore_processors: ['filter'] } });
    expect(issuesOf(text).errors).toEqual([
      'tailgate.ignore_processors[0]: tail_sampling has no processor "filter" in its pipelines; remove it',
    ]);
  });
});

describe('a Collector file without a use of tail_sampling', () => {
  it('is warned of when no pipeline names it', () => {
    expect(issuesOf(fileOf({ pipelines: { traces: traces(['filter']) } }))).toEqual({
      errors: [],
      warnings: [
        'processors.tail_sampling: no pipeline of service.pipelines names it: a Collector would not run it, Tailgate does',
      ],
    });
  });

  it('is warned of when there are no pipelines to tell which processors are used', () => {
    const processors = { batch: {}, filter: {}, acme: {}, tail_sampling: { policies: POLICIES } };
    const warning = (path: string, names: string) =>
      `${path}: Tailgate only runs tail_sampling, not ${names}; no pipeline here says whether they are used`;
    expect(issuesOf(stringify({ processors })).warnings).toEqual([warning('processors', 'filter, acme')]);
    // Beside a block on its own there may be anything.
    expect(issuesOf(stringify(processors)).warnings).toEqual([warning('', 'filter')]);
    const tail_sampling = { policies: POLICIES, tailgate: { ignore_processors: ['filter', 'acme'] } };
    expect(issuesOf(stringify({ processors: { ...processors, tail_sampling } }))).toEqual({ errors: [], warnings: [] });
  });
});

describe('presets of the Helm chart', () => {
  it.each([
    { preset: 'kubernetesAttributes', id: 'k8sattributes' },
    { preset: 'resourceDetection', id: 'resourcedetection' },
  ])('put a processor in front of tail_sampling: $preset', ({ preset, id }) => {
    const tail_sampling = (tailgate: object) => ({ policies: POLICIES, tailgate });
    const values = (tailgate: object) =>
      stringify({
        presets: { [preset]: { enabled: true }, hostMetrics: { enabled: true } },
        config: {
          processors: { tail_sampling: tail_sampling(tailgate) },
          service: { pipelines: { traces: traces(['tail_sampling']) } },
        },
      });
    expect(issuesOf(values({})).errors).toEqual([
      expect.stringMatching(
        new RegExp(`^presets\\.${preset}: "${id}" adds resource attributes, .*ignore_processors: \\[${id}\\]`),
      ),
    ]);
    expect(issuesOf(values({ ignore_processors: [id] })).errors).toEqual([]);
  });
});

describe('a configuration that is deployed', () => {
  it('stays in use with a warning for what would be refused when it is new', () => {
    const text = fileOf({ pipelines: { traces: traces(['redaction', 'tail_sampling']) } });
    const result = parseSamplingConfig(text, { lostComponents: 'warning' });
    expect(result).toMatchObject({ ok: true, warnings: [{ path: 'service.pipelines.traces.processors[0]' }] });
  });
});

describe('feature gates of the processor', () => {
  const GATES = 'processor.tailsamplingprocessor.recordpolicy,processor.tailsamplingprocessor.usetracestate';
  const valuesWith = (gates: string, options: object = {}) => {
    const probabilistic = { sampling_percentage: 5, ...options };
    const block = { policies: [{ name: 'share', type: 'probabilistic', probabilistic }] };
    return stringify({
      command: { extraArgs: [`--feature-gates=${gates}`] },
      config: {
        processors: { tail_sampling: block },
        service: { pipelines: { traces: traces(['tail_sampling']) } },
      },
    });
  };
  const warning =
    'command.extraArgs[0]: turns on the feature gate usetracestate; in Tailgate set use_tracestate: true on each probabilistic policy instead';

  it('are told apart from what stands for them here', () => {
    expect(issuesOf(valuesWith(GATES))).toEqual({ errors: [], warnings: [warning] });
    expect(issuesOf(valuesWith(GATES, { use_tracestate: true })).warnings).toEqual([]);
    expect(notesOf(valuesWith(GATES))[0]).toBe(
      'command.extraArgs[0]: the feature gate recordpolicy is not needed: the archive has the policy of each trace',
    );
  });

  it.each([
    { where: 'at the top', policy: { name: 'r', type: 'rate_limiting', rate_limiting: { spans_per_second: 5 } } },
    {
      where: 'inside of an and',
      policy: {
        name: 'a',
        type: 'and',
        and: {
          and_sub_policy: [{ name: 'r', type: 'rate_limiting', rate_limiting: { spans_per_second: 5 } }],
        },
      },
    },
  ])('change limits also where no probabilistic is beside them: $where', ({ policy }) => {
    const text = (gates: string) =>
      stringify({
        extraArgs: [`--feature-gates=${gates}`],
        config: { processors: { tail_sampling: { policies: [policy] } } },
      });
    expect(issuesOf(text(GATES)).warnings).toEqual([
      'extraArgs[0]: turns on the feature gate usetracestate, with which the Collector spends a rate_limiting on the traces of the highest randomness, and writes their threshold; Tailgate spends it in the order in which traces are decided, and writes none',
    ]);
    expect(issuesOf(text('confmap.strictlyTypedInput')).warnings).toEqual([]);
  });

  it.each([`-${GATES}`, 'processor.tailsamplingprocessor.usetracestate.x', 'confmap.strictlyTypedInput'])(
    'are off, or others: %s',
    (gates) => {
      const text = valuesWith(gates.replace(',', ',-'));
      expect(issuesOf(text)).toEqual({ errors: [], warnings: [] });
    },
  );

  it('are found in another document of the stream, at its line', () => {
    const args = '[--feature-gates=+processor.tailsamplingprocessor.usetracestate]';
    const text = `${valuesWith('x')}---\nkind: Deployment\nspec: { args: ${args} }\n`;
    const line = 1 + text.split('\n').findIndex((candidate) => candidate.startsWith('spec'));
    expect(parseSamplingConfig(text)).toMatchObject({ ok: true, warnings: [{ path: 'spec.args[0]', line }] });
  });
});
