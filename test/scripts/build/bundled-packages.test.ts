/**
 * What is deployed to Lambda besides the project's own code: every package, and its licence. A package that an update brings in,
 * or leaves out, changes this list, so that someone looks at it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FUNCTIONS, HANDLERS } from '../../../scripts/build/handlers.ts';
import { NOTICES_FILE } from '../../../scripts/build/third-party-notices.ts';

/** The client of S3, with what of the AWS SDK it needs; credentials and signatures for the clients of the project's own. */
const AWS = {
  '@aws-sdk/checksums': 'Apache-2.0',
  '@aws-sdk/client-s3': 'Apache-2.0',
  '@aws-sdk/core': 'Apache-2.0',
  '@aws-sdk/credential-provider-env': 'Apache-2.0',
  '@aws-sdk/credential-provider-http': 'Apache-2.0',
  '@aws-sdk/credential-provider-node': 'Apache-2.0',
  '@aws-sdk/middleware-sdk-s3': 'Apache-2.0',
  '@aws-sdk/signature-v4-multi-region': 'Apache-2.0',
  '@aws-sdk/xml-builder': 'Apache-2.0',
  '@aws/lambda-invoke-store': 'Apache-2.0',
  '@smithy/core': 'Apache-2.0',
  '@smithy/node-http-handler': 'Apache-2.0',
  '@smithy/signature-v4': 'Apache-2.0',
  '@smithy/types': 'Apache-2.0',
  bowser: 'MIT',
};
const LOGS = { '@aws-lambda-powertools/commons': 'MIT-0', '@aws-lambda-powertools/logger': 'MIT-0' };
const METRICS = { '@aws-lambda-powertools/metrics': 'MIT-0' };
/** SHA-256 without the cost of a call into OpenSSL; policies; streams of zlib that stay open. */
const SAMPLING = {
  '@noble/hashes': 'MIT',
  'elastic/go-grok': 'Apache-2.0',
  minipass: 'BlueOak-1.0.0',
  minizlib: 'MIT',
  re2js: 'MIT',
  yaml: 'ISC',
};
const ALLOWED: Readonly<Record<(typeof FUNCTIONS)[number], Readonly<Record<string, string>>>> = {
  ingest: { ...AWS, ...LOGS, ...METRICS, ...SAMPLING },
  decide: { ...AWS, ...LOGS, ...METRICS, ...SAMPLING },
  compact: { ...AWS, ...LOGS, hyparquet: 'MIT', 'hyparquet-writer': 'MIT' },
  // The policies explain traces; they are in a part that is loaded for that.
  read: { ...AWS, ...LOGS, ...SAMPLING, hyparquet: 'MIT' },
};
/** Those whose terms a copy with its notices fulfils. */
const LICENCES = ['Apache-2.0', 'MIT', 'MIT-0', 'ISC', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD'];

/** What the page has of its own, which the read function serves beside its bundle. */
const PAGE = { preact: 'MIT', uplot: 'MIT' };

/** `name 1.2.3 (licence)`, as the build lists what esbuild has put into the bundle and its parts. */
const ENTRY = /^(\S+) v?\d\S* \(([^)]+)\)$/gm;

function packagesIn(notices: string): Readonly<Record<string, string>> {
  const text = readFileSync(join(HANDLERS, notices), 'utf8');
  return Object.fromEntries(Array.from(text.matchAll(ENTRY), ([, one = '', licence = '']) => [one, licence]));
}

describe('the page', () => {
  it('holds these packages and no others, and browsers get their notices with it', () => {
    expect(packagesIn('read/page/NOTICES.txt')).toEqual(PAGE);
  });
});

describe.each(FUNCTIONS)('the bundle of %s', (name) => {
  const packages = packagesIn(join(name, NOTICES_FILE));

  it('holds these packages and no others', () => {
    expect(packages).toEqual(ALLOWED[name]);
  });

  it('holds no package whose licence asks for more than its notices', () => {
    expect(Object.values(packages).filter((licence) => !LICENCES.includes(licence))).toEqual([]);
  });
});
