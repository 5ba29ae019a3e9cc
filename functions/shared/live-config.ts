import type { ConfigReader, StoredConfig } from '../../lib/aws/ssm/config-parameter.ts';
import { ConfigTextError, decodeConfigText } from '../../lib/aws/ssm/config-text.ts';
import type { Clock } from '../../lib/pipeline/ports.ts';
import type { ConfigIssue } from '../../lib/sampling/config/issues.ts';
import { parseSamplingConfig, type SamplingConfigResult } from '../../lib/sampling/config/parse-sampling-config.ts';
import type { SamplingConfig } from '../../lib/sampling/sampling-config.ts';
import type { Log } from './logger.ts';
import { Refreshed } from './refreshed.ts';

/** Where a function gets the configuration that it works by, at the beginning of each invocation. */
export interface ConfigSource {
  /** @throws when there is no valid one */
  current(): Promise<SamplingConfig>;
}

/** A configuration that does not change while the process runs. */
export function fixedConfig(config: SamplingConfig): ConfigSource {
  return { current: async () => config };
}

/** A version of the configuration that is not used, because something in it is wrong. */
export interface ConfigRefusal {
  readonly parameter: string;
  readonly version: number;
  readonly issues: readonly ConfigIssue[];
  /** The version in use instead; undefined while none has been found. */
  readonly usedVersion: number | undefined;
}

export interface LiveConfigOptions {
  readonly parameter: ConfigReader;
  readonly clock: Clock;
  readonly log: Log;
  /** Called each time the newest version is read and refused: about once a minute for as long as it is the newest one. */
  readonly onConfigRefused?: (refusal: ConfigRefusal) => void;
  /** Age of the configuration from which an invocation waits for a newer one, a second at most. @default two minutes */
  readonly waitFromAgeMs?: number;
}

/** Neither the newest version of the configuration nor one of those before it is valid. */
export class NoValidConfigError extends Error {
  override readonly name = 'NoValidConfigError';
}

/** How many versions a cold start goes back to find a valid one. */
const VERSIONS_TO_LOOK_BACK = 10;

interface UsedConfig extends StoredConfig {
  readonly config: SamplingConfig;
}

/**
 * The configuration in the parameter, followed while the function runs. A new version takes effect within a minute; one with
 * errors is refused, and the last good one stays.
 */
export class LiveConfig implements ConfigSource {
  readonly #options: LiveConfigOptions;
  readonly #used: Refreshed<UsedConfig>;
  #loggedRefusal: number | undefined;

  constructor(options: LiveConfigOptions) {
    const { parameter, clock, log, waitFromAgeMs } = options;
    this.#options = options;
    this.#used = new Refreshed({
      load: (used) => this.#load(used),
      clock,
      onFailure: (error, ageMs) =>
        log.warn('configuration cannot be refreshed', { parameter: parameter.name, usedAgeMs: ageMs, error }),
      ...(waitFromAgeMs !== undefined && { waitFromAgeMs }),
    });
  }

  /** @throws {NoValidConfigError} @throws {UnavailableError} only as long as there never was a valid one */
  async current(): Promise<SamplingConfig> {
    return (await this.#used.current()).config;
  }

  async #load(used: UsedConfig | undefined): Promise<UsedConfig> {
    const latest = await this.#options.parameter.latest();
    // A parameter that was deleted and made again counts from 1 again, so that the version alone does not tell.
    if (used?.version === latest.version && used.value === latest.value) return used;
    const result = parse(latest);
    if (result.ok) return this.#use(latest, result);
    const instead = used ?? (await this.#lastValidBefore(latest.version));
    this.#refuse(latest.version, result.issues, instead?.version);
    if (instead !== undefined) return instead;
    const { name } = this.#options.parameter;
    throw new NoValidConfigError(
      `no version of SSM parameter ${name} is a valid configuration (looked at ${latest.version} and up to ` +
        `${VERSIONS_TO_LOOK_BACK} before it); version ${latest.version}: ${describe(result.issues)}`,
    );
  }

  /** For a cold start: the newest version that the running instances may be using. */
  async #lastValidBefore(version: number): Promise<UsedConfig | undefined> {
    for (let earlier = version - 1; earlier >= Math.max(1, version - VERSIONS_TO_LOOK_BACK); earlier--) {
      const stored = await this.#options.parameter.at(earlier);
      const result = stored && parse(stored);
      if (stored !== undefined && result?.ok) return this.#use(stored, result);
    }
    return undefined;
  }

  #use(stored: StoredConfig, { config, warnings }: SamplingConfigResult & { readonly ok: true }): UsedConfig {
    const { parameter, log } = this.#options;
    const fields = { parameter: parameter.name, version: stored.version, policies: config.policies.length };
    log.info('configuration in use', { ...fields, ...(warnings.length > 0 && { warnings }) });
    return { ...stored, config };
  }

  #refuse(version: number, issues: readonly ConfigIssue[], usedVersion: number | undefined): void {
    const { parameter, log, onConfigRefused } = this.#options;
    const refusal: ConfigRefusal = { parameter: parameter.name, version, issues, usedVersion };
    if (this.#loggedRefusal !== version) log.error('configuration refused', { ...refusal });
    this.#loggedRefusal = version;
    onConfigRefused?.(refusal);
  }
}

function parse({ value }: StoredConfig): SamplingConfigResult {
  try {
    // What is deployed goes on deciding, also where a newer Tailgate would not take it any more.
    return parseSamplingConfig(decodeConfigText(value), { lostComponents: 'warning' });
  } catch (error) {
    if (!(error instanceof ConfigTextError)) throw error;
    return { ok: false, issues: [{ path: '', message: error.message }], warnings: [], notes: [] };
  }
}

function describe(issues: readonly ConfigIssue[]): string {
  return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}
