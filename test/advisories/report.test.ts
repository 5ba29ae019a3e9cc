import { expect, it } from 'vitest';
import { adviceOf } from './report.ts';

it('lists what npm audit found', () => {
  const via = [{ title: 'Prototype pollution', url: 'https://example.com/GHSA-1' }, 'inner'];
  const report = {
    auditReportVersion: 2,
    vulnerabilities: { outer: { name: 'outer', severity: 'high', range: '<2.0.0', via } },
    metadata: { dependencies: { prod: 80, total: 90 } },
  };
  expect(adviceOf(JSON.stringify(report))).toEqual({
    advisories: ['high: outer <2.0.0: Prototype pollution https://example.com/GHSA-1; through inner'],
    dependencies: 90,
  });
  expect(adviceOf('{"auditReportVersion":2,"vulnerabilities":{}}')).toEqual({ advisories: [], dependencies: 0 });
});

it.each([
  ['{"message":"405 Method Not Allowed","statusCode":405,"error":{"summary":""}}', 'it answers 405'],
  ['{"error":{"code":"ENOTFOUND","summary":""}}', 'ENOTFOUND'],
  ['not JSON', 'npm audit printed no report: not JSON'],
])('does not take %s for a good report', (output, reason) => {
  expect(adviceOf(output)).toEqual({ skipped: expect.stringContaining(reason) });
});
