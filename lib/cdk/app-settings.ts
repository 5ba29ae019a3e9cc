import type { Environment } from 'aws-cdk-lib';
import { didYouMean } from '../text/nearest-name.ts';
import type { IngestEndpointType } from './ingest-endpoint.ts';

/** The settings that `cdk deploy -c name=value` accepts. */
export interface AppSettings {
  readonly env: Required<Environment>;
  readonly stackName: string;
  readonly policiesFile: string;
  readonly pipeline: {
    readonly pipelineName?: string;
    readonly allowUnauthenticated?: boolean;
    readonly tenants?: boolean;
    readonly ingestEndpoint?: IngestEndpointType;
    readonly corsOrigins?: readonly string[];
    readonly ingestConcurrency?: number | 'unreserved';
    readonly compaction?: boolean;
    readonly read?: boolean;
    readonly trainedDictionaries?: boolean;
  };
}

export type AppSettingsResult =
  | { readonly ok: true; readonly settings: AppSettings }
  | { readonly ok: false; readonly problems: readonly string[] };

const ACCOUNT = /^\d{12}$/;
const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;
const TENANT_NAMES = '; the name of a tenant comes with its key: tailgate keys create --tenant NAME';
/** The settings that `-c` takes. */
const NAMES: readonly string[] = [
  'policies',
  'stackName',
  'account',
  'region',
  'pipelineName',
  'allowUnauthenticated',
  'tenants',
  'ingestEndpoint',
  'corsOrigins',
  'ingestConcurrency',
  'compaction',
  'read',
  'trainedDictionaries',
];
/** Names of settings in earlier versions. */
const RENAMED: ReadonlyMap<string, string> = new Map([['frontDoor', 'ingestEndpoint']]);
/** What the command line of the CDK writes to the context; its other names, and those of look-ups, have a `@`, `:` or `/`. */
const NAMES_OF_CDK: readonly string[] = ['acknowledged-issue-numbers', 'cli-telemetry'];

/** The names that CloudFormation accepts. */
const STACK_NAME = /^[A-Za-z][A-Za-z0-9-]{0,127}$/;

/**
 * Reads the settings of the app.
 *
 * @param context all values of `-c`, `cdk.json` and `cdk.context.json`
 * @param environment the variables in which the CDK passes the account and region of the credentials
 */
export function readAppSettings(
  context: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
): AppSettingsResult {
  const problems: string[] = [...unknownNames(Object.keys(context))];
  const text = (name: string): string | undefined => {
    const value = context[name];
    return value === undefined || value === '' ? undefined : String(value);
  };
  const oneOf = <Value extends string>(name: string, allowed: readonly Value[], hint = ''): Value | undefined => {
    const value = text(name);
    const found = allowed.find((candidate) => candidate === value);
    if (value !== undefined && found === undefined) {
      problems.push(`-c ${name}=${value}: expected ${allowed.join(' or ')}${hint}`);
    }
    return found;
  };
  const flag = (name: string, hint?: string): boolean | undefined => {
    const value = oneOf(name, ['true', 'false'], hint);
    return value === undefined ? undefined : value === 'true';
  };

  const env = environmentOf(text, environment, problems);
  const stackName = text('stackName') ?? 'Tailgate';
  if (!STACK_NAME.test(stackName)) {
    problems.push(`-c stackName=${stackName}: expected letters, digits and hyphens, a letter first`);
  }
  const pipelineName = text('pipelineName');
  const allowUnauthenticated = flag('allowUnauthenticated');
  const tenants = flag('tenants', TENANT_NAMES);
  const ingestEndpoint = oneOf('ingestEndpoint', ['function-url', 'http-api']);
  const corsOrigins = text('corsOrigins')?.split(',');
  const ingestConcurrency = text('ingestConcurrency');
  const compaction = flag('compaction');
  const read = flag('read');
  const trainedDictionaries = flag('trainedDictionaries');
  const settings: AppSettings = {
    env,
    stackName,
    policiesFile: text('policies') ?? 'tailgate.yaml',
    pipeline: {
      ...(pipelineName !== undefined && { pipelineName }),
      ...(allowUnauthenticated !== undefined && { allowUnauthenticated }),
      ...(tenants !== undefined && { tenants }),
      ...(ingestEndpoint !== undefined && { ingestEndpoint }),
      ...(corsOrigins !== undefined && { corsOrigins }),
      ...(ingestConcurrency !== undefined && {
        ingestConcurrency: ingestConcurrency === 'unreserved' ? ingestConcurrency : Number(ingestConcurrency),
      }),
      ...(compaction !== undefined && { compaction }),
      ...(read !== undefined && { read }),
      ...(trainedDictionaries !== undefined && { trainedDictionaries }),
    },
  };
  return problems.length === 0 ? { ok: true, settings } : { ok: false, problems };
}

/** A line for each name that is no setting: a misspelt one must not be ignored in silence. */
function unknownNames(names: readonly string[]): readonly string[] {
  const unknown = names.filter((name) => !NAMES.includes(name) && !NAMES_OF_CDK.includes(name) && !/[@:/]/.test(name));
  return unknown.map((name) => {
    const renamed = RENAMED.get(name);
    return renamed === undefined
      ? `-c ${name}: there is no such setting, expected ${NAMES.join(', ')}${didYouMean(name, NAMES)}`
      : `-c ${name}: is called ${renamed} now`;
  });
}

/** The account and region to deploy to. The credentials decide; `-c account=` and `-c region=` only say what is expected. */
function environmentOf(
  text: (name: string) => string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Required<Environment> {
  const check = (name: 'account' | 'region', variable: string, pattern: RegExp): string => {
    const actual = environment[variable] ?? '';
    const expected = text(name);
    if (actual === '') {
      problems.push(
        `no AWS ${name}: sign in (aws sso login) or set AWS_PROFILE, and AWS_REGION; to look at the template only, set ` +
          'CDK_DEFAULT_ACCOUNT=111111111111 and CDK_DEFAULT_REGION=us-east-1',
      );
    } else if (!pattern.test(actual)) {
      problems.push(`${variable}=${actual}: is no AWS ${name}`);
    } else if (expected !== undefined && expected !== actual) {
      problems.push(`-c ${name}=${expected}: the AWS credentials are for ${actual}; change AWS_PROFILE or AWS_REGION`);
    }
    return actual;
  };
  return {
    account: check('account', 'CDK_DEFAULT_ACCOUNT', ACCOUNT),
    region: check('region', 'CDK_DEFAULT_REGION', REGION),
  };
}
