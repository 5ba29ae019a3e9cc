import { describe, expect, it } from 'vitest';
import { summarizeConfig } from '../../lib/sampling/summarize-config.ts';
import { configOf } from '../support/sampling-config.ts';

const all = { type: 'always_sample' };

describe('summarizeConfig', () => {
  it.each([
    { options: {}, words: '30 s after' },
    { options: { decision_wait: '0s' }, words: '0 s after' },
    { options: { decision_wait: '250ms' }, words: '250 ms after' },
    { options: { decision_wait: '1.5s' }, words: '1.5 s after' },
    { options: { decision_wait: '90s' }, words: '90 s after' },
    { options: { decision_wait: '5m' }, words: '5 min after' },
    { options: { decision_wait: '2h' }, words: '2 h after' },
  ])('says when a trace is decided: $words', ({ options, words }) => {
    expect(summarizeConfig(configOf([all], options)).decides).toEqual([
      `Decides ${words} the first spans of a trace arrive.`,
    ]);
  });

  it.each(['30s', '31s', '0s'])('leaves out a wait after the root that changes nothing (%s)', (wait) => {
    const config = configOf([all], { decision_wait_after_root_received: wait });
    expect(summarizeConfig(config).decides).toEqual(['Decides 30 s after the first spans of a trace arrive.']);
  });

  it('tells what is never kept from what is kept', () => {
    const drop = { name: 'no', type: 'drop', drop: { drop_sub_policy: [{ type: 'latency' }] } };
    expect(
      summarizeConfig(
        configOf([{ ...all, name: 'yes' }, drop], { sample_on_first_match: true, maximum_trace_size_bytes: 5000 }),
      ),
    ).toEqual({
      decides: [
        'Decides 30 s after the first spans of a trace arrive.',
        'Keeps no trace of more than 5000 bytes of OTLP, uncompressed.',
        'Evaluates no policy after the first that keeps a trace.',
      ],
      keeps: [{ policy: 'yes', traces: 'every trace' }],
      neverKeeps: [{ policy: 'no', traces: 'every trace that takes longer than 0 ms' }],
    });
  });
});
