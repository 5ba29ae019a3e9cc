import { describe, expect, it } from 'vitest';
import { otlpSize } from '../../lib/otlp/trace/size.ts';
import { Trace } from '../../lib/otlp/trace/trace.ts';
import { TRACE_ID, traceOf } from '../support/build-trace.ts';
import { field, varintField } from '../support/wire-bytes.ts';

/** Random `TracesData`, and the size that the Collector's own encoder (pdata v1.71.0) gives for them. */
const FROM_THE_COLLECTOR = [
  {
    size: 327,
    fragments: [
      '0ac2020a02107f1292020a560a20f2ac88a3f39ebeb0f09c94a1f38797b8f09c80a6f3a48bb1f0a684a7f38baf' +
        '9812033979731a2a0a1bf39a99b9f3b281b6ecad8df1b28e80f38eb591f182a797f29b96bc120b18b981c298fd' +
        'ffffffff012080011298010a10fffefdfcfbfaf9f8f7f6f5f4f3f2f1f012080546736ec17a24f11a15726f6a6f' +
        '3d30306630363761613062613930326237220879744a44327946f42a20f2bea98df2aaae91f3b79c98f19ba794' +
        'f096b8a4f390a59ef1b1a5a5f48196ae3002397751b8f6da124adf4101000000000000004a0f0a096270644456' +
        '7347347c12021801507f60ffffffff0f70ffffffff0f8501010100001a1d68747470733a2f2f6578616d706c65' +
        '2e636f6d2f736368656d61732f321a2768747470733a2f2f6f70656e74656c656d657472792e696f2f73636865' +
        '6d61732f312e32312e30',
    ],
  },
  {
    size: 333,
    fragments: [
      '0ac6020a4d0a450a0c736572766963652e6e616d65123532330a190a0a687474702e726f757465120b3a09938a' +
        'bfee9a161db74f0a160a093a7c482340722e516a120921000000000000f83f10ffffffff0f12d50112b3010a10' +
        'c8905820e8b0784008d0986028f0b8801208f8715393c8d1a9641a15726f6a6f3d303066303637616130626139' +
        '3032623722085eec9f819227d66f2a06777c4227525b304d3971926e8e0bcc43ca41420c5d4af3ddbfb350b907' +
        '60d7036a3f12089dcc1ce1c70c057c1a2b6f743d74683a633b72763a64323964366137323135636564302c636f' +
        '6e676f3d7436317263576b674d7a4528aa0335010100007080017a081204305b602818018501010100001a1d68' +
        '747470733a2f2f6578616d706c652e636f6d2f736368656d61732f321a1d68747470733a2f2f6578616d706c65' +
        '2e636f6d2f736368656d61732f32',
    ],
  },
  {
    // Without the 116 bytes of the second, which has no spans: the processor does not keep it.
    size: 257,
    fragments: [
      '0af80112cc0112a0010a100306090c0f1215181b1e2124272a2d301208d8c65c6809d201ad1a15726f6a6f3d30' +
        '3066303637616130626139303262372a043c27536a3005398ed4cbaea98dd04541ffffffffffffffff4a120a0c' +
        '736572766963652e6e616d65120210004a130a0448585164120b0a09474554202f636172744a050a016b12004a' +
        '0f0a02c3a9120921090f582313c67c6750df04608001707f7a0218028501ffffffff1a2768747470733a2f2f6f' +
        '70656e74656c656d657472792e696f2f736368656d61732f312e32312e301a2768747470733a2f2f6f70656e74' +
        '656c656d657472792e696f2f736368656d61732f312e32312e30',
      '0a720a511080011a4c0a2768747470733a2f2f6f70656e74656c656d657472792e696f2f736368656d61732f31' +
        '2e32312e301210c3bc6ec3af63c3b864c3a920f09fa7be1a017b22053d46622a2422054d7b403d391a1d687474' +
        '70733a2f2f6578616d706c652e636f6d2f736368656d61732f32',
    ],
  },
  {
    size: 371,
    fragments: [
      '0aee0212eb020a12120e225c2f080c0a0d09001f7fe280a8200112ab020a10c8905820e8b0784008d0986028f0' +
        'b88012086a4694e264d4a4f31a2b6f743d74683a633b72763a64323964366137323135636564302c636f6e676f' +
        '3d7436317263576b674d7a452208dff12f418b66b8012a10c3bc6ec3af63c3b864c3a920f09fa7be391ff118a9' +
        '618c74834101000000000000004a080a02c3a9120210004a520a02c3a9124c324a0a100a0a687474702e726f75' +
        '746512022a000a360a22f090ba8ff3819a98f38ca489d9b5f095aa93f3bfbda6f390a099f286a9bcf392ab8312' +
        '102a0e0a0c0a0a687474702e726f7574654a170a0e225c2f080c0a0d09001f7fe280a812053a036fac4c4a1a0a' +
        '02c3a9121432120a100a0a687474702e726f75746512022a00500160c80670ffffffff0f7a0e120a687474702e' +
        '726f75746518098501010300001a2768747470733a2f2f6f70656e74656c656d657472792e696f2f736368656d' +
        '61732f312e32312e30',
    ],
  },
];

function sizeOf(...fragments: readonly Uint8Array[]): number {
  return otlpSize(Trace.fromFragments(TRACE_ID, fragments));
}

describe('otlpSize', () => {
  it('is what the Collector would write: empty parts too', () => {
    // Span: trace ID 18, span ID 10, parent 2, name "span" 6, start and end 18, status 2: 56 bytes.
    // Scope "test": 8. Resource without anything: 2. In their messages: 56 + 2, + 8, + 2, + 2, + 2.
    expect(otlpSize(traceOf({}))).toBe(72);
    // An error: 2 bytes more in the status. Flags 6, an attribute a = true 9.
    expect(otlpSize(traceOf({ status: 'ERROR', flags: 1, attributes: { a: true } }))).toBe(72 + 2 + 6 + 9);
  });

  it.each(FROM_THE_COLLECTOR)('is $size where the Collector says so', ({ size, fragments }) => {
    expect(sizeOf(...fragments.map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))))).toBe(size);
  });

  it('counts a resource again for each fragment', () => {
    const fragment = (id: number) =>
      Uint8Array.from(field(1, field(1, field(1, field(1, 'k'))), field(2, field(2, field(2, [id])))));
    expect(sizeOf(fragment(1), fragment(2))).toBe(2 * sizeOf(fragment(1)));
  });

  it('does not count what is longer than it must be, zero though written, or unknown', () => {
    const spanWith = (...extra: readonly (readonly number[])[]) =>
      Uint8Array.from(field(1, field(2, field(2, field(2, [1]), ...extra))));
    const bare = sizeOf(spanWith());
    expect(sizeOf(spanWith(varintField(6, 0)))).toBe(bare);
    expect(sizeOf(spanWith(field(5, '')))).toBe(bare);
    expect(sizeOf(spanWith([0x30, 0x82, 0x80, 0x00]))).toBe(bare + 2);
    expect(sizeOf(spanWith(varintField(6, 1), varintField(6, 2)))).toBe(bare + 2);
    expect(sizeOf(spanWith(varintField(200, 5)))).toBe(bare);
  });
});
