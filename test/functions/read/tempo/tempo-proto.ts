import { parse } from 'protobufjs';

/**
 * The messages of Tempo's HTTP API, written down from tempo.proto (grafana/tempo, pkg/tempopb, Apache-2.0), with OTLP's trace
 * (opentelemetry-proto, trace/v1 and common/v1) as far as answers have it.
 */
export const { root: TEMPO } = parse(`
  syntax = "proto3";
  message AnyValue {
    oneof value {
      string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
      ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7;
    }
  }
  message ArrayValue { repeated AnyValue values = 1; }
  message KeyValueList { repeated KeyValue values = 1; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message InstrumentationScope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }
  message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
  message Status { string message = 2; StatusCode code = 3; }
  enum StatusCode { STATUS_CODE_UNSET = 0; STATUS_CODE_OK = 1; STATUS_CODE_ERROR = 2; }
  enum SpanKind {
    SPAN_KIND_UNSPECIFIED = 0; SPAN_KIND_INTERNAL = 1; SPAN_KIND_SERVER = 2; SPAN_KIND_CLIENT = 3;
    SPAN_KIND_PRODUCER = 4; SPAN_KIND_CONSUMER = 5;
  }
  message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }
  message Link { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; repeated KeyValue attributes = 4; }
  message OtlpSpan {
    bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5;
    SpanKind kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
    repeated Event events = 11; repeated Link links = 13; Status status = 15; fixed32 flags = 16;
  }
  message ScopeSpans { InstrumentationScope scope = 1; repeated OtlpSpan spans = 2; string schema_url = 3; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }

  message Trace { repeated ResourceSpans resource_spans = 1; }
  message TraceByIDMetrics { uint64 inspected_bytes = 1; }
  enum PartialStatus { COMPLETE = 0; PARTIAL = 1; }
  message TraceByIDResponse { Trace trace = 1; TraceByIDMetrics metrics = 2; PartialStatus status = 3; string message = 4; }

  message SearchResponse { repeated TraceSearchMetadata traces = 1; SearchMetrics metrics = 2; }
  message TraceSearchMetadata {
    string traceID = 1; string rootServiceName = 2; string rootTraceName = 3; uint64 startTimeUnixNano = 4;
    uint32 durationMs = 5; SpanSet spanSet = 6; repeated SpanSet spanSets = 7; map<string, ServiceStats> serviceStats = 8;
  }
  message ServiceStats { uint32 spanCount = 1; uint32 errorCount = 2; }
  message SpanSet { repeated Span spans = 1; uint32 matched = 2; repeated KeyValue attributes = 3; }
  message Span {
    string spanID = 1; string name = 2; uint64 startTimeUnixNano = 3; uint64 durationNanos = 4;
    repeated KeyValue attributes = 5;
  }
  message SearchMetrics { uint32 inspectedTraces = 1; uint32 completedJobs = 4; uint32 totalJobs = 5; }

  message MetadataMetrics { uint64 inspectedBytes = 1; }
  message SearchTagsResponse { repeated string tagNames = 1; MetadataMetrics metrics = 2; }
  message SearchTagsV2Scope { string name = 1; repeated string tags = 2; }
  message SearchTagsV2Response { repeated SearchTagsV2Scope scopes = 1; MetadataMetrics metrics = 2; }
  message SearchTagValuesResponse { repeated string tagValues = 1; MetadataMetrics metrics = 2; }
  message TagValue { string type = 1; string value = 2; }
  message SearchTagValuesV2Response { repeated TagValue tagValues = 1; MetadataMetrics metrics = 2; }
`);
