import { Reader } from 'protobufjs/minimal.js';
import { opentelemetry } from '../../../proto/generated/otlp.js';
import { keepingUnknownFields } from '../../support/flat-spans.ts';

const { TracesData } = opentelemetry.proto.trace.v1;
export type TracesData = opentelemetry.proto.trace.v1.TracesData;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * What protobufjs reads; undefined where it refuses the bytes. Text that is not UTF-8 it would refuse, too: here it has
 * U+FFFD in place of what is invalid, as in Tailgate, so that the rest can be compared.
 */
export function decoded(bytes: Uint8Array, { unknownFields = false } = {}): TracesData | undefined {
  const { stringVerify } = Reader.prototype;
  Reader.prototype.stringVerify = function (this: Reader) {
    return utf8.decode(this.bytes());
  };
  try {
    const decode = () => TracesData.decode(bytes);
    return unknownFields ? keepingUnknownFields(Reader, decode) : decode();
  } catch {
    return undefined;
  } finally {
    Reader.prototype.stringVerify = stringVerify;
  }
}
