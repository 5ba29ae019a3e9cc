import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { LANGUAGES } from '../../../lib/sampling/all-languages.ts';
import { parseLoadingLanguages } from '../../../lib/sampling/config/parse-config-text.ts';
import { parseSamplingConfig, type SamplingConfigResult } from '../../../lib/sampling/config/parse-sampling-config.ts';

const CONDITION = `{ name: ottl, type: ottl_condition, ottl_condition: { error_mode: ignore, span: ['name == "checkout"'] } }`;
const PATTERN =
  '{ name: regex, type: string_attribute, string_attribute: { key: url.path, values: ["/api/.*"], enabled_regex_matching: true } }';
const WORDS = '{ name: words, type: string_attribute, string_attribute: { key: url.path, values: [/api] } }';
const ERRORS = '{ name: errors, type: status_code, status_code: { status_codes: [ERROR] } }';
const inside = (policy: string) => `{ name: both, type: and, and: { and_sub_policy: [${ERRORS}, ${policy}] } }`;

/** Policies without a mistake and with one, of those that need a language and of those that do not. */
const POLICIES: readonly string[] = [
  ...[CONDITION, PATTERN, inside(CONDITION), inside(PATTERN)],
  ...[WORDS, ERRORS, inside(WORDS)],
  ...[CONDITION.replace('==', '=='.repeat(2)), PATTERN.replace('.*', '('), WORDS.replace('values', 'valves')],
  ...[CONDITION.replace("['", `\${env:X}`).replace("']", ''), PATTERN.replace('enabled_regex', 'enabled_rejex')],
];

const block = (policies: readonly string[], waits = '') => `${waits}policies: [${policies.join(', ')}]`;

/** The part of a result that can be compared: policies have functions in them. */
function comparable(result: SamplingConfigResult) {
  if (!result.ok) return result;
  const policies = result.config.policies.map(({ name, type, summary }) => ({ name, type, summary }));
  return { ...result, config: { ...result.config, policies } };
}

describe('a configuration, read by a program that loads OTTL and RE2 on demand', () => {
  it.each([
    ['equal values', WORDS, 0],
    ['a status', ERRORS, 0],
    ['words in an and', inside(WORDS), 0],
    ['a condition', CONDITION, 1],
    ['a pattern', PATTERN, 1],
    ['a condition in an and', inside(CONDITION), 1],
  ])('loads them only for policies that need them: %s', async (_, policy, loads) => {
    const load = vi.fn(async () => LANGUAGES);
    expect(await parseLoadingLanguages(block([policy]), load)).toMatchObject({ ok: true });
    expect(load).toHaveBeenCalledTimes(loads);
  });

  it('does not load them for what is no configuration', async () => {
    const load = vi.fn(async () => LANGUAGES);
    const text = `${block([CONDITION])}\nprocessors: [`;
    expect(await parseLoadingLanguages(text, load)).toEqual(parseSamplingConfig(text));
    expect(load).not.toHaveBeenCalled();
  });

  it('is what it is with both at hand', async () => {
    const waits = fc.constantFrom('', 'decision_wait: 1h\n', 'decision_wait: soon\n', `decision_wait: \${env:WAIT}\n`);
    const policies = fc.array(fc.constantFrom(...POLICIES), { maxLength: 4 });
    const wrapped = fc.constantFrom(
      (text: string) => text,
      (text: string) => `processors:\n  tail_sampling:\n${text.replaceAll(/^/gm, '    ')}`,
      (text: string) => `tail_sampling:\n${text.replaceAll(/^/gm, '  ')}\nprocessors: []`,
      (text: string) => text.slice(0, -2),
    );
    await fc.assert(
      fc.asyncProperty(policies, waits, wrapped, async (chosen, wait, wrap) => {
        const text = wrap(block(chosen, wait));
        const loading = await parseLoadingLanguages(text, async () => LANGUAGES, { lostComponents: 'warning' });
        expect(comparable(loading)).toEqual(comparable(parseSamplingConfig(text, { lostComponents: 'warning' })));
      }),
      { numRuns: 200 },
    );
  });

  it('is not refused when they cannot be loaded: that says nothing about it', async () => {
    const broken = async () => Promise.reject(new Error('no such file'));
    await expect(parseLoadingLanguages(block([PATTERN]), broken)).rejects.toThrow('no such file');
    await expect(parseLoadingLanguages(block([ERRORS]), broken)).resolves.toMatchObject({ ok: true });
  });

  it('asks for them once, however often a policy needs them', async () => {
    const load = vi.fn(async () => LANGUAGES);
    await parseLoadingLanguages(block([CONDITION, PATTERN.replace('regex', 'other')]), load);
    expect(load).toHaveBeenCalledTimes(1);
  });
});
