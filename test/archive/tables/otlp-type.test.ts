import { describe, expect, it } from 'vitest';
import { archiveLines } from '../../../lib/archive/line.ts';
import { glueType } from '../../../lib/archive/tables/data-type.ts';
import { RESOURCE_SPANS_TYPE } from '../../../lib/archive/tables/otlp-type.ts';
import { Trace } from '../../../lib/otlp/trace/trace.ts';
import { opentelemetry } from '../../../proto/generated/otlp.js';

const { TracesData } = opentelemetry.proto.trace.v1;

// Written down apart from the code: OTLP v1.11.0, with what JSON writes as text as `string`.
const LEAF = 'struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,bytesvalue:string>';
const LEAVES = `array<${LEAF}>`;
const LEAF_PAIRS = `array<struct<key:string,value:${LEAF}>>`;
const VALUE =
  'struct<stringvalue:string,boolvalue:boolean,intvalue:string,doublevalue:string,' +
  `arrayvalue:struct<values:${LEAVES}>,kvlistvalue:struct<values:${LEAF_PAIRS}>,bytesvalue:string>`;
const ATTRIBUTES = `attributes:array<struct<key:string,value:${VALUE}>>,droppedattributescount:bigint`;
const EVENT = `struct<timeunixnano:string,name:string,${ATTRIBUTES}>`;
const LINK = `struct<traceid:string,spanid:string,tracestate:string,${ATTRIBUTES},flags:bigint>`;
const SPAN =
  'struct<traceid:string,spanid:string,tracestate:string,parentspanid:string,name:string,kind:int,' +
  `starttimeunixnano:string,endtimeunixnano:string,${ATTRIBUTES},events:array<${EVENT}>,droppedeventscount:bigint,` +
  `links:array<${LINK}>,droppedlinkscount:bigint,status:struct<message:string,code:int>,flags:bigint>`;
const SCOPE = `struct<name:string,version:string,${ATTRIBUTES}>`;
const ENTITY = 'struct<schemaurl:string,type:string,idkeys:array<string>,descriptionkeys:array<string>>';
const RESOURCE_SPANS =
  `array<struct<resource:struct<${ATTRIBUTES},entityrefs:array<${ENTITY}>>,` +
  `scopespans:array<struct<scope:${SCOPE},spans:array<${SPAN}>,schemaurl:string>>,schemaurl:string>>`;

describe('RESOURCE_SPANS_TYPE', () => {
  it('is the one written down here', () => {
    expect(glueType(RESOURCE_SPANS_TYPE)).toBe(RESOURCE_SPANS);
  });

  it('has a place for every field that an archive line can have', () => {
    const line = new TextDecoder().decode(archiveLines(traceWithEveryField(), COLUMNS)[0]);
    const written = fieldPaths(JSON.parse(line).resourceSpans);
    // One for each field of the messages above that are not attribute values.
    expect(written).toContain('scopespans.spans.links.flags');
    expect(written).toContain('resource.entityrefs.idkeys');
    expect(written.filter((path) => !isDeep(path)).sort()).toEqual(typePaths(RESOURCE_SPANS_TYPE).sort());
  });
});

const COLUMNS = { policy: 'all', adjustedCount: 1, decidedAtMs: 0, firstSeq: 0 };

/** Below the lists that the table knows. */
function isDeep(path: string): boolean {
  return (path.match(/(arrayvalue|kvlistvalue)/g)?.length ?? 0) > 1;
}

function traceWithEveryField(): Trace {
  const traceId = new Uint8Array(16).fill(1);
  const spanId = new Uint8Array(8).fill(2);
  const leaves = [
    { stringValue: 'a' },
    { boolValue: true },
    { intValue: 1 },
    { doubleValue: 1.5 },
    { bytesValue: new Uint8Array([1]) },
  ];
  const lists = (values: object[]) => [
    ...values,
    { arrayValue: { values } },
    { kvlistValue: { values: values.map((value, index) => ({ key: `k${index}`, value })) } },
  ];
  const attributes = lists(lists(leaves)).map((value, index) => ({ key: `a${index}`, value }));
  const described = { attributes, droppedAttributesCount: 1 };
  const span = {
    ...described,
    traceId,
    spanId,
    traceState: 'a=b',
    parentSpanId: spanId,
    name: 'span',
    kind: 2,
    startTimeUnixNano: 1,
    endTimeUnixNano: 2,
    events: [{ ...described, timeUnixNano: 1, name: 'event' }],
    droppedEventsCount: 1,
    links: [{ ...described, traceId, spanId, traceState: 'a=b', flags: 1 }],
    droppedLinksCount: 1,
    status: { message: 'bad', code: 2 },
    flags: 1,
  };
  const entityRefs = [{ schemaUrl: 's', type: 'service', idKeys: ['a0'], descriptionKeys: ['a1'] }];
  const data = {
    resourceSpans: [
      {
        resource: { ...described, entityRefs },
        scopeSpans: [{ scope: { ...described, name: 'n', version: 'v' }, spans: [span], schemaUrl: 's' }],
        schemaUrl: 's',
      },
    ],
  };
  return Trace.fromFragments('01'.repeat(16), [TracesData.encode(TracesData.fromObject(data)).finish()]);
}

/** The paths of all single values, with keys in lower case. */
function fieldPaths(value: unknown, path: readonly string[] = []): string[] {
  const paths = Array.isArray(value)
    ? value.flatMap((element) => fieldPaths(element, path))
    : typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, field]) => fieldPaths(field, [...path, key.toLowerCase()]))
      : [path.join('.')];
  return [...new Set(paths)];
}

function typePaths(type: typeof RESOURCE_SPANS_TYPE, path: readonly string[] = []): string[] {
  if (typeof type === 'string') return [path.join('.')];
  if ('list' in type) return typePaths(type.list, path);
  if ('mapOfTextTo' in type) return typePaths(type.mapOfTextTo, path);
  return type.fields.flatMap((field) => typePaths(field.type, [...path, field.name]));
}
