import { join } from 'node:path';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { OTLP_MESSAGES } from '../../lib/otlp/protobuf/schema.ts';

const PROTO_FOLDER = join(import.meta.dirname, '..', '..', 'proto');
const ID_FIELDS = ['traceId', 'spanId', 'parentSpanId'];

describe('OTLP_MESSAGES', () => {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => join(PROTO_FOLDER, target);
  root.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto').resolveAll();

  it.each(OTLP_MESSAGES)('describes $name as the .proto files do', ({ name, fields }) => {
    const expected = root.lookupType(name).fieldsArray.map((field) => ({
      number: field.id,
      name: field.name,
      type: ID_FIELDS.includes(field.name) ? 'id' : (field.type.split('.').at(-1) ?? ''),
      repeated: field.repeated,
    }));
    expect(fields).toEqual(expected.toSorted((a, b) => a.number - b.number));
  });

  it('has every message that a request can contain', () => {
    const names = new Set(OTLP_MESSAGES.map(({ name }) => name));
    const missing = OTLP_MESSAGES.flatMap(({ fields }) => fields)
      .map(({ type }) => type)
      .filter((type) => /^[A-Z]/.test(type) && !['SpanKind', 'StatusCode'].includes(type))
      .filter((type) => ![...names].some((name) => name === type));
    expect(missing).toEqual([]);
  });
});
