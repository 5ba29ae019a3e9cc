import { describe, expect, it } from 'vitest';
import { traceIdOf } from '../../support/export-request.ts';
import { useDataFolders, useStacks } from './support/engines.ts';

const HOUR = 3_600_000;
const [A, B, C] = [traceIdOf('a'), traceIdOf('b'), traceIdOf('c')];

const POLICIES = `
decision_wait: 30s
policies: [{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }]
`;

const stacks = useStacks();

describe.each([useDataFolders(), stacks])('tailgate restore, on $name', ({ name, create }) => {
  it('has a trace kept that no policy keeps, once', async () => {
    const pipeline = await create(POLICIES);
    await pipeline.receive({ trace: 'a', span: 'a1' }, { trace: 'a', span: 'a2', parent: 'a1' });
    await pipeline.decide();
    const { code, lines, complaints } = await pipeline.restore([A]);
    expect({ code, lines }).toEqual({ code: 0, lines: [`${A}  is being kept: 2 spans`] });
    expect(complaints).toEqual([
      name === 'a stack'
        ? 'stack Tailgate keeps 1 trace within a minute; "tailgate trace" shows when it has'
        : expect.stringMatching(/^nothing runs on \S+: the next "tailgate start" keeps 1 trace$/),
    ]);
    expect(await pipeline.traceJson(A)).toMatchObject({ state: 'not_sampled' });
    await pipeline.decide();
    expect(await pipeline.traceJson(A)).toMatchObject({
      state: 'kept',
      sampling_policy: 'restored',
      sample_weight: null,
      objects: [{ state: 'written' }],
      spans: [{ name: 'span a1' }, { name: 'span a2' }],
    });
    expect((await pipeline.trace([A])).lines[0]).toBe(`trace ${A}  kept by policy restored, weight unknown, now`);
    expect(await pipeline.restore([A])).toMatchObject({
      code: 0,
      lines: [`${A}  was kept before, by policy restored`],
      complaints: [],
    });
  });

  it('reads the IDs of many traces from standard input, as a query prints them', async () => {
    const pipeline = await create(POLICIES);
    await pipeline.receive(
      { trace: 'a', span: 'a1' },
      { trace: 'b', span: 'b1' },
      { trace: 'c', span: 'c1', error: true },
    );
    await pipeline.decide();
    const { code, lines } = await pipeline.restore([], `trace_id\n${A}\n\n00-${B}-00f067aa0ba902b7-01\n${C}\n${A}\n`);
    expect({ code, lines }).toEqual({
      code: 0,
      lines: [`${A}  is being kept: 1 span`, `${B}  is being kept: 1 span`, `${C}  was kept before, by policy errors`],
    });
    await pipeline.decide();
    for (const id of [A, B]) expect(await pipeline.traceJson(id)).toMatchObject({ sampling_policy: 'restored' });
  });

  it('says no to what has left the buffer, and to what never came, and does the rest', async () => {
    const pipeline = await create(POLICIES);
    await pipeline.receive({ trace: 'a', span: 'a1' });
    await pipeline.decide();
    pipeline.clock.advance(25 * HOUR);
    await pipeline.receive({ trace: 'b', span: 'b1' });
    const { code, lines } = await pipeline.restore([A, B, C]);
    expect({ code, lines }).toEqual({
      code: 1,
      lines: [
        `${A}  cannot be kept: its spans left the buffer 61 min ago`,
        `${B}  is being kept: 1 span`,
        `${C}  cannot be kept: no span of it came in the last 24 hours`,
      ],
    });
  });

  it.each([
    [undefined, 'error: expected a trace ID: 32 hex digits'],
    ['', 'error: there is no trace ID on standard input'],
    [`${A}\nnot an id`, 'error: line 2 of standard input is "not an id": expected a trace ID'],
  ])('refuses %j on standard input', async (input, complaint) => {
    const pipeline = await create(POLICIES);
    const { code, lines, complaints } = await pipeline.restore([], input);
    expect({ code, lines }).toEqual({ code: 2, lines: [] });
    expect(complaints[0]).toContain(complaint);
  });
});

describe('tailgate restore', () => {
  it('restores the trace of one tenant', async () => {
    const pipeline = await stacks.create(POLICIES, 'shop');
    await pipeline.receive({ trace: 'a', span: 'a1' });
    await pipeline.decide();
    expect((await pipeline.restore([A])).lines).toEqual([`${A}  is being kept: 1 span`]);
    await pipeline.decide();
    expect(await pipeline.traceJson(A)).toMatchObject({ state: 'kept', sampling_policy: 'restored' });
  });
});
