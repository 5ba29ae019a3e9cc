import type { Clock } from '../../pipeline/ports.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import type { ParameterReads } from './parameter-reads.ts';

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
