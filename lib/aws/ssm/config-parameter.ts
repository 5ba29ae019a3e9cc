import {
  ParameterNotFound,
  PutParameterCommand,
  paginateGetParameterHistory,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { Clock } from '../../pipeline/ports.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import { encodeConfigText } from './config-text.ts';
import { type ParameterReads, sdkParameterReads } from './parameter-reads.ts';

/** One version of the parameter. */
export interface StoredConfig {
  /** Counts the changes of the parameter, from 1. */
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

/** The parameter does not exist. */
class ConfigParameterMissingError extends Error {
  override readonly name = 'ConfigParameterMissingError';
}

const NOT_THERE: ReadonlySet<string> = new Set(['ParameterNotFound', 'ParameterVersionNotFound']);

/** Reads the configuration from its SSM parameter (`config-text.ts` has the format); all that the functions need. */
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

  /** `undefined`: there is no such version, or SSM no longer keeps it. @throws {UnavailableError} */
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

/** A version, and when and by whom it was stored. */
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
 * Reads and writes the configuration as a parameter of the SSM Parameter Store, which keeps the last 100 versions:
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
    if (Version === undefined) throw new Error(`${this.name} was stored, but SSM returned no version`);
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
