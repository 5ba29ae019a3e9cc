import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinedJson, parsedJson } from '../../../scripts/build/cloudformation/json-text.ts';
import { merge } from '../../../scripts/build/cloudformation/merge.ts';
import { CHOICES, RETENTION_DAYS } from '../../../scripts/build/cloudformation/settings.ts';
import { pipelineTemplate, templateFor } from '../../../scripts/build/cloudformation/synthesize.ts';
import type { Json, Template } from '../../../scripts/build/cloudformation/template.ts';
import { evaluated, evaluatedTemplate, numbersAsTexts } from './evaluated.ts';

const ZIPS = { ingest: 'ingest.zip', decide: 'decide.zip', compact: 'compact.zip', read: 'read.zip' };
/** Every combination of the choices. */
const COMBINATIONS = CHOICES.reduce<Record<string, boolean>[]>(
  (all, { condition }) => all.flatMap((chosen) => [true, false].map((value) => ({ ...chosen, [condition]: value }))),
  [{}],
);

function expectSame(a: Template, b: Template): void {
  expect(numbersAsTexts(a as unknown as Json)).toEqual(numbersAsTexts(b as unknown as Json));
}

const template = pipelineTemplate(ZIPS);

describe('one template for all choices', () => {
  it.each(
    COMBINATIONS.map(
      (chosen) =>
        [
          Object.keys(chosen)
            .filter((name) => chosen[name])
            .join(', ') || 'none',
          chosen,
        ] as const,
    ),
  )('is the stack that the constructs make with: %s', (_, chosen) => {
    expectSame(evaluatedTemplate(template, chosen), evaluatedTemplate(templateFor(chosen, ZIPS), {}));
  });
});

describe('the retention', () => {
  const none = Object.fromEntries(CHOICES.map(({ condition }) => [condition, false]));

  it.each(RETENTION_DAYS.map((days) => [days]))('of %d days is that of the constructs', (days) => {
    expectSame(evaluatedTemplate(template, none, days), evaluatedTemplate(templateFor(none, ZIPS, days), {}));
  });
});

describe('merge', () => {
  it.each<{ what: string; on: Json | undefined; off: Json | undefined; merged: Json }>([
    { what: 'equal values as they are', on: [1, { a: 'b' }], off: [1, { a: 'b' }], merged: [1, { a: 'b' }] },
    {
      what: 'a member that only one has',
      on: { a: 1, b: 2 },
      off: { a: 1 },
      merged: { a: 1, b: { 'Fn::If': ['C', 2, { Ref: 'AWS::NoValue' }] } },
    },
    {
      what: 'an element that only one has',
      on: [1, 2, 3],
      off: [1, 3],
      merged: [1, { 'Fn::If': ['C', 2, { Ref: 'AWS::NoValue' }] }, 3],
    },
    {
      what: 'texts by their lines',
      on: 'a\nb\n',
      off: 'a\nc\n',
      merged: { 'Fn::Join': ['', ['a\n', { 'Fn::If': ['C', 'b\n', 'c\n'] }]] },
    },
    {
      what: 'strings that share much by what differs',
      on: 'the path /traces/tenant=x/dt=y',
      off: 'the path /traces/dt=y',
      merged: { 'Fn::Join': ['', ['the path /traces/', { 'Fn::If': ['C', 'tenant=x/', ''] }, 'dt=y']] },
    },
    {
      what: 'strings that share little as a whole',
      on: 'true',
      off: 'false',
      merged: { 'Fn::If': ['C', 'true', 'false'] },
    },
  ])('has $what', ({ on, off, merged }) => {
    expect(merge('C', on, off)).toEqual(merged);
  });

  it('gives back what it was made of', () => {
    const json = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom('a', 'b\nc\n', 'a\nb\nc\n', 'twenty characters and more', 'twenty characters or more'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('x', 'y', 'z'), tie('value'), { maxKeys: 3 }),
      ),
    })).value;
    fc.assert(
      fc.property(json, json, (on, off) => {
        let merged: Json;
        try {
          merged = merge('C', on, off);
        } catch (error) {
          // Lists whose elements cannot be paired: it says so.
          expect(String(error)).toMatch(/cannot be paired/);
          return;
        }
        expect(evaluated(merged, { C: true })).toEqual(on);
        expect(evaluated(merged, { C: false })).toEqual(off);
      }),
    );
  });
});

describe('JSON in a text', () => {
  it('is a structure in which computed values keep their place', () => {
    const text = { 'Fn::Join': ['', ['{"a":["', { Ref: 'X' }, '","b"],"c":"x', { Ref: 'Y' }, '\\"z"}']] };
    const structure = { a: [{ Ref: 'X' }, 'b'], c: { 'Fn::Join': ['', ['x', { Ref: 'Y' }, '"z']] } };
    expect(parsedJson(text)).toEqual({ 'Fn::ToJsonString': structure });
    expect(joinedJson(structure)).toEqual(text);
  });

  it('loses the comma with an element that is left out', () => {
    const list = ['a', { 'Fn::If': ['C', 'b', { Ref: 'AWS::NoValue' }] }];
    expect(evaluated(joinedJson(list), { C: true })).toBe('["a","b"]');
    expect(evaluated(joinedJson(list), { C: false })).toBe('["a"]');
  });
});
