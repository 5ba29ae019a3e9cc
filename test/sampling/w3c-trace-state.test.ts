import { describe, expect, it } from 'vitest';
import { parseW3cTraceState } from '../../lib/otlp/w3c-trace-state.ts';

const membersOf = (text: string) => {
  const members = parseW3cTraceState(text);
  return members && Object.fromEntries(members);
};
const many = (count: number) => Array.from({ length: count }, (_, i) => `k${i}=v`).join(',');

describe('parseW3cTraceState', () => {
  it.each([
    { text: '', members: {} },
    { text: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE', members: { rojo: '00f067aa0ba902b7', congo: 't61rcWkgMzE' } },
    { text: ' \ta=1 \t,\tb= 2 ', members: { a: '1', b: ' 2' } },
    { text: 'a=1,,b=2,', members: { a: '1', b: '2' } },
    { text: '0tenant@vendor=1', members: { '0tenant@vendor': '1' } },
    { text: 'a_b-c*d/0=!~', members: { 'a_b-c*d/0': '!~' } },
    { text: `${'k'.repeat(256)}=1`, members: { ['k'.repeat(256)]: '1' } },
    { text: `a=${'v'.repeat(256)}`, members: { a: 'v'.repeat(256) } },
    { text: `${'t'.repeat(241)}@${'v'.repeat(14)}=1`, members: { [`${'t'.repeat(241)}@${'v'.repeat(14)}`]: '1' } },
  ])('reads the members of "$text"', ({ text, members }) => {
    expect(membersOf(text)).toEqual(members);
  });

  it.each([
    { what: 'a member without =', text: 'a=1,b' },
    { what: 'a blank member', text: 'a=1, ' },
    { what: 'a key that is there twice', text: 'a=1,b=2,a=1' },
    { what: 'an empty value', text: 'a=' },
    { what: 'a blank value', text: 'a=  ' },
    { what: 'an empty key', text: '=1' },
    { what: 'a key in upper case', text: 'A=1' },
    { what: 'a simple key that begins with a digit', text: '1a=1' },
    { what: 'a blank behind a key', text: 'a =1' },
    { what: 'a second = in a value', text: 'a=1=2' },
    { what: 'a control in a value', text: 'a=1\n' },
    { what: 'a letter outside of ASCII', text: 'a=é' },
    { what: 'two @ in a key', text: 'a@b@c=1' },
    { what: 'a system ID that begins with a digit', text: 'a@1=1' },
    { what: 'a simple key of 257 characters', text: `${'k'.repeat(257)}=1` },
    { what: 'a value of 257 characters', text: `a=${'v'.repeat(257)}` },
    { what: 'a tenant of 242 characters', text: `${'t'.repeat(242)}@v=1` },
    { what: 'a system ID of 15 characters', text: `t@${'v'.repeat(15)}=1` },
  ])('refuses $what', ({ text }) => {
    expect(membersOf(text)).toBeUndefined();
  });

  it('allows 32 members, not 33', () => {
    expect(parseW3cTraceState(many(32))?.size).toBe(32);
    expect(parseW3cTraceState(many(33))).toBeUndefined();
  });
});
