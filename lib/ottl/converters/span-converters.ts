import { toHex } from '../../otlp/text.ts';
import { failEvaluation } from '../errors.ts';
import { Id } from '../runtime/value.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Converters about spans and their IDs. */
export const SPAN_CONVERTERS: readonly ConverterDefinition[] = [
  {
    name: 'IsRootSpan',
    parameters: [],
    onlyOnSpans: true,
    create: () => (context) => context.trace.isRoot(context.span),
  },
  id('TraceID', 16),
  id('SpanID', 8),
];

/** Makes an ID of its bytes, or of its hex digits. */
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
