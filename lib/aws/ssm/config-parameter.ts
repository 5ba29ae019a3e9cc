import { gunzipSync, gzipSync } from 'node:zlib';
import {
  ParameterNotFound,
  PutParameterCommand,
  paginateGetParameterHistory,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { Clock } from '../../pipeline/ports.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import { type ParameterReads, sdkParameterReads } from './parameter-reads.ts';

/** One version of the parameter. */
export interface StoredConfig {
  /** Counts the changes, from 1. */
  readonly version: number;
  /** See `encodeConfigText`. */
  readonly value: string;
}

export interface ConfigReaderDeps {
  readonly reads: ParameterReads;
  /** Name of the parameter. */
  readonly name: string;
  readonly clock: Clock;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

/** There is no such parameter. */
export class ConfigParameterMissingError extends Error {
  override readonly name = 'ConfigParameterMissingError';
}

const NOT_THERE: ReadonlySet<string> = new Set(['ParameterNotFound', 'ParameterVersionNotFound']);

/** Reads the configuration that is stored as a parameter of SSM. */
export class ConfigReader {
  readonly name: string;
  readonly #reads: ParameterReads;
  readonly #retryPolicy: RetryPolicy;

  constructor(deps: ConfigReaderDeps) {
    this.name = deps.name;
    this.#reads = deps.reads;
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock);
  }

  /** @throws {ConfigParameterMissingError} @throws {UnavailableError} */
  async latest(): Promise<StoredConfig> {
    const stored = await this.#get(this.name);
    if (stored !== undefined) return stored;
    throw new ConfigParameterMissingError(`there is no SSM parameter ${this.name} in this account and region`);
  }

  /** `undefined`: there is no such version, or none any more. @throws {UnavailableError} */
  async at(version: number): Promise<StoredConfig | undefined> {
    return this.#get(`${this.name}:${version}`);
  }

  async #get(selector: string): Promise<StoredConfig | undefined> {
    return retry(this.#retryPolicy, `read ${selector}`, async () => {
      try {
        const { Parameter } = await this.#reads.getParameter({ Name: selector });
        return { version: Parameter?.Version ?? 0, value: Parameter?.Value ?? '' };
      } catch (error) {
        if (error instanceof Error && NOT_THERE.has(error.name)) return undefined;
        throw error;
      }
    });
  }
}

/** Largest value of a parameter of the standard tier, in bytes. */
export const STANDARD_TIER_BYTES = 4096;
/** The same of the advanced tier, which costs some cents a month. */
export const ADVANCED_TIER_BYTES = 8192;

const COMPRESSED = 'gzip:';
/** Parameter Store refuses values with it, because it takes it for a reference to another parameter. */
const REFERENCE = '{{';
/** Bounds what a parameter can cost in memory; far above what 8 KB of YAML compress. */
const MAX_TEXT_BYTES = 1024 * 1024;

/** The configuration does not fit in a parameter, or a parameter does not hold a configuration's text. */
export class ConfigTextError extends Error {
  override readonly name = 'ConfigTextError';
}

/**
 * A configuration as the value of one SSM parameter: the YAML text itself, or `gzip:` and the base64 of its gzip where the
 * text is over {@link STANDARD_TIER_BYTES}, or is something that a parameter cannot hold.
 *
 * A value over {@link STANDARD_TIER_BYTES} needs the advanced tier; the tier `Intelligent-Tiering` chooses by the size.
 *
 * @throws {ConfigTextError} when the text is empty, or over {@link ADVANCED_TIER_BYTES} even when compressed
 */
export function encodeConfigText(text: string): string {
  if (text.trim() === '') throw new ConfigTextError('the configuration is empty');
  const bytes = Buffer.byteLength(text);
  if (bytes <= STANDARD_TIER_BYTES && !text.includes(REFERENCE) && !text.startsWith(COMPRESSED)) return text;
  const value = COMPRESSED + gzipSync(text, { level: 9 }).toString('base64');
  if (value.length <= ADVANCED_TIER_BYTES) return value;
  throw new ConfigTextError(
    `the configuration has ${bytes} bytes and is ${value.length} compressed: an SSM parameter holds ` +
      `${ADVANCED_TIER_BYTES} at most; remove comments, store the tail_sampling block alone, or merge policies that differ only in ` +
      'their values',
  );
}

/** @throws {ConfigTextError} */
export function decodeConfigText(value: string): string {
  if (!value.startsWith(COMPRESSED)) return value;
  try {
    const compressed = Buffer.from(value.slice(COMPRESSED.length), 'base64');
    return gunzipSync(compressed, { maxOutputLength: MAX_TEXT_BYTES }).toString('utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigTextError(`the value starts with "${COMPRESSED}", but is not the base64 of a gzip: ${reason}`, {
      cause,
    });
  }
}

/** When and by whom a version was stored. */
export interface ConfigVersion extends StoredConfig {
  readonly storedAt: Date | undefined;
  /** ARN of the user or role. */
  readonly storedBy: string | undefined;
}

export interface ConfigParameterDeps {
  readonly client: SSMClient;
  /** Name of the parameter. */
  readonly name: string;
  readonly clock: Clock;
  /** @default 4 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

/**
 * The configuration as a parameter of the SSM Parameter Store, which keeps the last 100 versions:
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html
 */
export class ConfigParameter extends ConfigReader {
  readonly #client: SSMClient;
  readonly #retryPolicy: RetryPolicy;

  constructor(deps: ConfigParameterDeps) {
    super({ ...deps, reads: sdkParameterReads(deps.client) });
    this.#client = deps.client;
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock);
  }

  /**
   * Stores a text as the next version, and resolves to its number.
   * @throws {ConfigTextError} when it does not fit
   * @throws {UnavailableError}
   */
  async put(text: string): Promise<number> {
    const command = new PutParameterCommand({
      Name: this.name,
      Value: encodeConfigText(text),
      Type: 'String',
      Tier: 'Intelligent-Tiering',
      Overwrite: true,
    });
    const { Version } = await retry(this.#retryPolicy, `put ${this.name}`, () => this.#client.send(command));
    if (Version === undefined) throw new Error(`${this.name} was stored, but no version came back`);
    return Version;
  }

  /** All versions that are kept, newest first. @throws {ConfigParameterMissingError} */
  async history(): Promise<readonly ConfigVersion[]> {
    const versions: ConfigVersion[] = [];
    try {
      for await (const { Parameters } of paginateGetParameterHistory({ client: this.#client }, { Name: this.name })) {
        for (const { Version = 0, Value = '', LastModifiedDate, LastModifiedUser } of Parameters ?? []) {
          versions.push({ version: Version, value: Value, storedAt: LastModifiedDate, storedBy: LastModifiedUser });
        }
      }
    } catch (error) {
      if (!(error instanceof ParameterNotFound)) throw error;
      throw new ConfigParameterMissingError(`there is no SSM parameter ${this.name} in this account and region`, {
        cause: error,
      });
    }
    return versions.sort((a, b) => b.version - a.version);
  }
}
