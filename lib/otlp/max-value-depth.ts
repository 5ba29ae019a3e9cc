/**
 * How deep attribute values (`AnyValue`) may be nested: a value that is no list has depth 1. A level of key-value lists is
 * three messages deep, so that this is the largest depth at which a span still has at most 100 nested messages, where
 * the protobuf readers of C++, Java and JavaScript stop.
 */
export const MAX_VALUE_DEPTH = 32;

/** What is wrong with a deeper one. */
export const TOO_DEEP = `attribute values are nested deeper than ${MAX_VALUE_DEPTH} levels`;
