import { toHex } from '../../otlp/bytes-to-text.ts';
import { failEvaluation } from '../errors.ts';
import { Id } from '../runtime/value.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Converters about spans and their IDs. */
export const SPAN_CONVERTERS: readonly ConverterDefinition[] = [
  /** `IsRootSpan()`. A parent ID of zeros counts as none. */
  {
    name: 'IsRootSpan',
    parameters: [],
    onlyOnSpans: true,
    create: () => (context) => context.trace.isRoot(context.span),
  },
  /**
   * `TraceID("0102030405060708090a0b0c0d0e0f10") == TraceID(0x0102030405060708090a0b0c0d0e0f10)`
   *
   * Takes 16 bytes or 32 hex digits.
   */
  id('TraceID', 16),
  /** `SpanID("0102030405060708") == SpanID(0x0102030405060708)`. Takes 8 bytes or 16 hex digits. */
  id('SpanID', 8),
];

/** A converter to an ID, from its bytes or from its hex digits. */
function id(name: string, byteLength: number): ConverterDefinition {
  return {
    name,
    parameters: ['Target'],
    create(args) {
      const { get, literal } = args.bytesLike('Target');
      if (literal === undefined) return (context) => readId(name, get(context), byteLength, failEvaluation);
      const value = readId(name, literal, byteLength, (message) => args.fail('Target', message));
      return () => value;
    },
  };
}

function readId(name: string, bytes: Uint8Array | null, byteLength: number, fail: (message: string) => never): Id {
  const length = bytes?.length ?? 0;
  if (bytes !== null && length === byteLength) return new Id(toHex(bytes, 0, length));
  if (bytes === null || length !== byteLength * 2) {
    return fail(`${name}: expected ${byteLength} bytes or ${byteLength * 2} hex digits, got ${length}`);
  }
  const digits = String.fromCharCode(...bytes).toLowerCase();
  return /^[0-9a-f]+$/.test(digits) ? new Id(digits) : fail(`${name}: expected hex digits`);
}
