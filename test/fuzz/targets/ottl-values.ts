import { Trace } from '../../../lib/otlp/trace/trace.ts';
import { opentelemetry } from '../../../proto/generated/otlp.js';
import { checkCondition, conditionOf } from '../checks/condition.ts';
import { type FuzzTarget, textOf } from '../target.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
const V = 'attributes["v"]';
const CONDITIONS = [
  `ParseJSON(${V})["a"][0] == 1`,
  `ParseXML(${V})["tag"] == "a"`,
  `ParseSimplifiedXML(${V}) != nil`,
  `GetXML(${V}, "/a/b[1]") == ""`,
  `ParseCSV(${V}, "a,b,c", ",") != nil`,
  `ParseKeyValue(${V}, "=", " ")["a"] == "1"`,
  `ExtractPatterns(${V}, "(?P<a>x+)+y")["a"] == "x"`,
  `ExtractGrokPatterns(${V}, "%{COMBINEDAPACHELOG}", true) != nil`,
  `Time(${V}, "%Y-%m-%dT%H:%M:%S%z") != nil`,
  `Duration(${V}) > Duration("1s")`,
  `URL(${V})["url.port"] != nil`,
  `UserAgent(${V})["user_agent.name"] == "x"`,
  `IsMatch(${V}, "^(a|b)*c$") or IsMatch("x", ${V})`,
  `Int(${V}) == 1 or Double(${V}) == 1.5 or Hex(${V}) == "00"`,
  `Decode(${V}, "base64") == "a" or Decode(${V}, "gzip") == "a"`,
  `Format("%s %5.2f %x", [${V}, ${V}, ${V}]) == "a"`,
  `Split(${V}, ",")[0] == "a" and Substring(${V}, 0, 1) == "a"`,
  `ConvertCase(${V}, "snake") == "a" or ToLowerCase(${V}) == "b"`,
  `SHA256(${V}) == "a" or XXH3(${V}) == "b" or MurmurHash3(${V}) == "c" or FNV(${V}) == 1`,
  `IsInCIDR(${V}, ["10.0.0.0/8", "::1/128"]) or ${V} > 1.5`,
].flatMap((text) => conditionOf(text, 'span') ?? []);

/** What a sender can put into an attribute, read by every converter that parses: byte 0 chooses the condition. */
export const target: FuzzTarget = {
  fuzz: (data) => {
    const [choice = 0] = data;
    const condition = CONDITIONS[choice % CONDITIONS.length];
    const value = textOf(data.subarray(1)).toWellFormed();
    if (condition !== undefined) checkCondition(condition, traceWith(value));
  },
  seeds: () =>
    VALUES.flatMap((value) => CONDITIONS.map((_, i) => Uint8Array.from([i, ...new TextEncoder().encode(value)]))),
  words: [
    ...[
      '[',
      '{"a":',
      '<a>',
      '</a>',
      '<![CDATA[',
      '<!--',
      '&#x',
      '%{',
      '"',
      '\\',
      '2026-11-28T07:00:00Z',
      '1h2m',
      '://',
    ],
    ...['127.0.0.1', '::ffff:', 'Mozilla/5.0 (', '+Inf', '0x', '1e309', '\u0000', '\u2028'],
  ],
  maxMs: () => 2_000,
};

const VALUES = [
  '{"a":[1,{"b":"c"}]}',
  '<a x="1"><b>t &amp; u</b><!-- c --><![CDATA[d]]></a>',
  'a=1 b="2 3"',
  '1,"2,3",4',
  'https://u:p@h.example:8080/p/a.html?q=1#f',
  '127.0.0.1 - - [28/Nov/2026:07:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "curl/8"',
  '2026-11-28T07:00:00+0100',
];

function traceWith(value: string): Trace {
  const span = { spanId: new Uint8Array(8).fill(1), attributes: [{ key: 'v', value: { stringValue: value } }] };
  const message = TracesData.create({ resourceSpans: [{ resource: {}, scopeSpans: [{ spans: [span] }] }] });
  return Trace.fromFragments('01'.repeat(16), [new Uint8Array(TracesData.encode(message).finish())]);
}
