import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { protobufFromJson } from '../../lib/otlp/json-decode/decode-request.ts';
import { opentelemetry } from '../../proto/generated/otlp.js';

const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;

const PROTO = join(import.meta.dirname, '../../proto/opentelemetry');

/** A message of the `.proto` files: the type of each field by its original name; `[]` behind it for a repeated one. */
type Messages = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads the fields of all messages from the text of the `.proto` files. */
function messagesOf(folder: string): Messages {
  const messages = new Map<string, Map<string, string>>();
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.proto')) continue;
    // Blocks that are open: the fields of a message, also within a oneof; undefined in an enum or service.
    const open: (Map<string, string> | undefined)[] = [];
    for (const line of readFileSync(join(folder, entry), 'utf8').split('\n')) {
      const code = line.replace(/\/\/.*/, '');
      const [, keyword, name] = /^\s*(\w+) (\w+)\s*\{/.exec(code) ?? [];
      if (keyword === 'message') messages.set(name ?? '', new Map());
      if (code.includes('{')) {
        open.push(keyword === 'message' ? messages.get(name ?? '') : keyword === 'oneof' ? open.at(-1) : undefined);
      }
      const [, repeated = '', type = '', field = ''] = /^\s*(repeated )?([\w.]+) (\w+) = \d+/.exec(code) ?? [];
      if (field !== '') open.at(-1)?.set(field, `${type.split('.').at(-1)}${repeated === '' ? '' : '[]'}`);
      if (code.includes('}')) open.pop();
    }
  }
  return messages;
}

const MESSAGES = messagesOf(PROTO);
const SCALARS: Readonly<Record<string, unknown>> = {
  string: 'text',
  bytes: 'ab'.repeat(8),
  bool: true,
  double: 1.5,
  SpanKind: 3,
  StatusCode: 2,
};

/** The message with every field that it has; values of attributes have this member. */
function full(type: string, spell: (name: string) => string, member: string, depth = 0): Record<string, unknown> {
  const fields = [...(MESSAGES.get(type) ?? [])].filter(([name]) => type !== 'AnyValue' || name === member);
  const present = fields.filter(([, of]) => depth < 9 || !MESSAGES.has(of.replace('[]', '')));
  return Object.fromEntries(
    present.map(([name, of]) => {
      const plain = of.replace('[]', '');
      const inner = type === 'ArrayValue' || type === 'KeyValueList' ? 'string_value' : member;
      const one = MESSAGES.has(plain) ? full(plain, spell, inner, depth + 1) : (SCALARS[plain] ?? 7);
      return [spell(name), of.endsWith('[]') ? [one] : one];
    }),
  );
}

const lowerCamel = (name: string) => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
const original = (name: string) => name;
const mixed = (name: string) => (name.length % 2 === 0 ? lowerCamel(name) : name);

describe('the names of fields', () => {
  const members = [...(MESSAGES.get('AnyValue') ?? new Map<string, string>()).keys()];
  const read = (spell: (name: string) => string, member: string) => {
    const body = JSON.stringify(full('ExportTraceServiceRequest', spell, member));
    return protobufFromJson(new TextEncoder().encode(body));
  };

  it('are found in the .proto files', () => {
    expect(members).toContain('string_value');
    expect([...(MESSAGES.get('Span') ?? [])]).toContainEqual(['start_time_unix_nano', 'fixed64']);
    expect([...(MESSAGES.get('EntityRef') ?? [])]).toContainEqual(['id_keys', 'string[]']);
  });

  it.each(members)('may be lowerCamelCase, original or mixed, in every message: values with %s', (member) => {
    const expected = ExportTraceServiceRequest.decode(read(lowerCamel, member));
    expect(ExportTraceServiceRequest.decode(read(original, member))).toEqual(expected);
    expect(ExportTraceServiceRequest.decode(read(mixed, member))).toEqual(expected);
    // Nothing of it was unknown.
    const again = JSON.stringify(ExportTraceServiceRequest.toObject(expected, { longs: Number, bytes: String }));
    for (const fields of [
      MESSAGES.get('Span'),
      MESSAGES.get('Link'),
      MESSAGES.get('Event'),
      MESSAGES.get('EntityRef'),
    ]) {
      for (const name of fields?.keys() ?? []) expect(again).toContain(`"${lowerCamel(name)}":`);
    }
    expect(again).toContain(`"${lowerCamel(member)}":`);
  });
});
