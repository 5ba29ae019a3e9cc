/** The encodings of OTLP/HTTP. A response has that of its request. */
export type OtlpEncoding = 'protobuf' | 'json';
