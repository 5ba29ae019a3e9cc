import { readFile } from 'node:fs/promises';
import { DecisionRecords } from '../../lib/aws/dynamodb/decision-records.ts';
import { SignedTableCalls } from '../../lib/aws/dynamodb/table-calls.ts';
import { VARIABLES } from '../../lib/aws/function-contract.ts';
import { bucketUrl } from '../../lib/aws/s3/bucket-url.ts';
import { SignedObjectReads } from '../../lib/aws/s3/object-reads.ts';
import { KeysReader } from '../../lib/aws/ssm/ingest-keys.ts';
import { SignedParameterReads } from '../../lib/aws/ssm/parameter-reads.ts';
import { SystemClock } from '../../lib/aws/system.ts';
import { StoredKeys } from '../ingest/keys.ts';
import { createLogger } from '../shared/logger.ts';
import type { PerTenant } from '../shared/per-tenant.ts';
import { account, signedCallsOf } from '../shared/signed-calls.ts';
import { ENVIRONMENT, isSwitchedOn, optionalVariable, requiredVariable } from '../shared/variables.ts';
import type { Explain } from './explanation.ts';
import { createReadHandler } from './handler.ts';
import type { PageFiles } from './page.ts';
import { createReaders, keptRecords, type ReadersLimits } from './readers.ts';

const log = createLogger({ verbose: false });
const clock = new SystemClock();
const hasTenants = isSwitchedOn(VARIABLES.tenants);
const tableName = requiredVariable(VARIABLES.table, 'name of the buffer table');
const { region, credentials } = account();
const table = new SignedTableCalls(signedCallsOf('dynamodb'));
const reads = new SignedParameterReads(signedCallsOf('ssm'));
const policiesName = requiredVariable(VARIABLES.configParameter, 'name of the SSM parameter with the policies');
const bucket = requiredVariable(VARIABLES.bucket, 'name of the archive bucket');

const readers = createReaders(
  {
    store: new SignedObjectReads({ region, credentials, url: bucketUrl(bucket, region, ENVIRONMENT), clock }),
    records: (tenant) => {
      const records = new DecisionRecords({ client: table, tableName, clock, tenant });
      return keptRecords((traceId) => records.find(traceId));
    },
    clock,
    log,
  },
  limitsOf(Number(optionalVariable('AWS_LAMBDA_FUNCTION_MEMORY_SIZE', '1769'))),
);

const keys = new StoredKeys(
  {
    parameters: new KeysReader({
      reads,
      path: requiredVariable(VARIABLES.readKeysPath, 'SSM path of the read keys'),
      clock,
    }),
    clock,
    log,
  },
  { hasTenants, purpose: 'read' },
);
// At once, during the cold start.
void keys.warmUp();

export const handler = createReadHandler(
  { readers, authorize: (headers) => keys.authorize(headers), explain: explainOnDemand(), clock, log },
  pageBesideBundle(),
);

/** Most instances are never asked where a trace is that is not kept: the policies are loaded for those that are. */
function explainOnDemand(): PerTenant<Explain> {
  let loaded: Promise<PerTenant<Explain>> | undefined;
  const load = async () => {
    const [{ explainStack }, { createS3Client, S3ObjectStore }] = await Promise.all([
      import('./explain-stack.ts'),
      import('../../lib/aws/s3/object-store.ts'),
    ]);
    const store = new S3ObjectStore({ client: createS3Client(), bucket, clock });
    return explainStack({ client: table, tableName, store, reads, policiesName, clock, log });
  };
  return (tenant) => async (traceId) => {
    loaded ??= load();
    return (await loaded)(tenant)(traceId);
  };
}

/**
 * Summaries take a seventh of the memory of the function: an object that is being read may have 256 MB when it is unpacked, and each
 * reader keeps up to 48 MB of such texts. Tenants share that memory; an instance remembers the archives of a few of them.
 */
function limitsOf(memoryMb: number): Partial<ReadersLimits> {
  const maxReaders = hasTenants ? 4 : 1;
  return { maxReaders, maxBytes: Math.floor((memoryMb * 1024 * 1024) / 7 / maxReaders) };
}

/** The files of the page are a folder beside the bundle. None of them changes while the function runs. */
function pageBesideBundle(): PageFiles {
  const folder = new URL('page/', import.meta.url);
  const read = new Map<string, Promise<Uint8Array | undefined>>();
  return (name) => {
    const known = read.get(name);
    if (known !== undefined) return known;
    const file = readFile(new URL(name, folder)).catch(() => undefined);
    // Those that are there alone, so that nobody fills the memory with names.
    void file.then((bytes) => bytes && read.set(name, file));
    return file;
  };
}
