import { expect, it } from 'vitest';
import { parseSamplingConfig } from '../../../lib/sampling/config/parse-sampling-config.ts';

const CONFIG = `decision_wait: 10s
policies:
  - name: slow
    type: latency
    latency: { threshold_ms: 500, upper_threshold_ms: 9000 }
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR, UNSET] } }
`;

function fingerprint(text: string): string {
  const result = parseSamplingConfig(text);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result.config.fingerprint;
}

it('is the same in each process and version', () => {
  expect(fingerprint(CONFIG)).toBe('ad9ce22d75d71f17');
});

it.each([
  {
    what: 'the order of keys',
    text: CONFIG.replace(/( +- )name: slow\n +type: latency/, '$1type: latency\n    name: slow'),
  },
  {
    what: 'the order of keys inside',
    text: CONFIG.replace('threshold_ms: 500, upper_threshold_ms: 9000', 'upper_threshold_ms: 9000, threshold_ms: 500'),
  },
  { what: 'comments', text: `# Ours.\n${CONFIG.replace('10s', '10s # as in the Collector')}` },
  { what: 'quotes', text: CONFIG.replace('name: slow', 'name: "slow"') },
  { what: 'another way to write a number', text: CONFIG.replace('500', '0x1F4') },
  { what: 'the wait', text: CONFIG.replace('10s', '30s') },
  { what: 'a Collector around it', text: `processors:\n  tail_sampling:\n${CONFIG.replace(/^/gm, '    ')}` },
  { what: 'options given as their default for the whole block', text: `${CONFIG}sample_on_first_match: false\n` },
])('does not depend on $what', ({ text }) => {
  expect(text).not.toBe(CONFIG);
  expect(fingerprint(text)).toBe(fingerprint(CONFIG));
});

it.each([
  { what: 'a value', text: CONFIG.replace('500', '501') },
  { what: 'a name', text: CONFIG.replace('name: slow', 'name: slower') },
  { what: 'the order of a list', text: CONFIG.replace('ERROR, UNSET', 'UNSET, ERROR') },
  { what: 'a policy more', text: `${CONFIG}  - { name: all, type: always_sample }\n` },
  { what: 'sample_on_first_match', text: `${CONFIG}sample_on_first_match: true\n` },
  { what: 'maximum_trace_size_bytes', text: `${CONFIG}maximum_trace_size_bytes: 1000\n` },
])('differs with $what', ({ text }) => {
  expect(fingerprint(text)).not.toBe(fingerprint(CONFIG));
});
