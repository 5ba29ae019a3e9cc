import { describe, expect, it } from 'vitest';
import { otlpTracesUrl } from '../../../lib/cli/replay/arguments.ts';

// https://opentelemetry.io/docs/specs/otel/protocol/exporter/#endpoint-urls-for-otlphttp
describe('otlpTracesUrl', () => {
  it.each([
    ['http://host:4318', 'http://host:4318/v1/traces'],
    ['http://host:4318/', 'http://host:4318/v1/traces'],
    ['https://host', 'https://host/v1/traces'],
    ['https://host/otlp', 'https://host/otlp/v1/traces'],
    ['https://host/otlp/', 'https://host/otlp/v1/traces'],
    ['https://host/otlp?token=a', 'https://host/otlp/v1/traces?token=a'],
    ['http://host:4318/v1/traces', 'http://host:4318/v1/traces'],
    ['http://host:4318/v1/traces/', 'http://host:4318/v1/traces'],
    ['http://[::1]:4318', 'http://[::1]:4318/v1/traces'],
  ])('of %s is %s', (endpoint, url) => {
    expect(otlpTracesUrl(endpoint)).toBe(url);
  });

  it.each([
    'host',
    'host:4318',
    'grpc://host:4317',
    'file:///tmp/x',
    'http://',
    'http://host:99999',
    'http://a b',
    'http://host/#x',
  ])('is none of %j', (endpoint) => {
    expect(() => otlpTracesUrl(endpoint)).toThrow(/^expected (the|a) URL .*, got "/);
  });
});
