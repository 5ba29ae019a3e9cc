import type { ConfigReader, StoredConfig } from '../../lib/aws/ssm/config-parameter.ts';
import { ConfigTextError, decodeConfigText } from '../../lib/aws/ssm/config-text.ts';
import type { Clock } from '../../lib/pipeline/ports.ts';
import type { ConfigIssue } from '../../lib/sampling/config/issues.ts';
import type { SamplingConfigResult } from '../../lib/sampling/config/parse-config-text.ts';
import type { Languages } from '../../lib/sampling/policy.ts';
import type { SamplingConfig } from '../../lib/sampling/sampling-config.ts';
import type { Log } from './logger.ts';
import { RefreshingValue, type RefreshingValueOptions } from './refreshing-value.ts';

/** Where a function gets its configuration from, at the beginning of each invocation. */
export interface ConfigSource {
  /** The configuration to use now. @throws when there is none that is valid */
  current(): Promise<SamplingConfig>;
}

/** A configuration that does not change while the process runs. */
export function fixedConfig(config: SamplingConfig): ConfigSource {
  return { current: async () => config };
}

/** A version of the configuration that is not used because it has errors. */
export interface ConfigRefusal {
  readonly parameter: string;
  readonly version: number;
  readonly issues: readonly ConfigIssue[];
  /** The version in use instead; undefined while none has been found. */
  readonly usedVersion: number | undefined;
}

export interface LiveConfigDeps {
  readonly parameter: ConfigReader;
  readonly clock: Clock;
  readonly log: Log;
  /** Called each time the newest version is read and refused: about once a minute for as long as it is the newest one. */
  readonly onConfigRefused?: (refusal: ConfigRefusal) => void;
}

/** `waitFromAgeMs`: age from which an invocation waits for a newer version, a second at most. */
export type LiveConfigOptions = Pick<RefreshingValueOptions, 'waitFromAgeMs'>;

/** Neither the newest version of the configuration nor one of those before it is valid. */
export class NoValidConfigError extends Error {
  override readonly name = 'NoValidConfigError';
}

/** How many versions before the newest one a cold start tries. */
const VERSIONS_TO_LOOK_BACK = 10;

interface UsedConfig extends StoredConfig {
  readonly config: SamplingConfig;
}

/**
 * The configuration in the parameter, followed while the function runs. A new version takes effect within a minute; one with
 * errors is refused, and the last good one stays.
 */
export class LiveConfig implements ConfigSource {
  readonly #deps: LiveConfigDeps;
  readonly #used: RefreshingValue<UsedConfig>;
  /** The version whose refusal has been logged. */
  #loggedRefusal: number | undefined;

  constructor(deps: LiveConfigDeps, options: LiveConfigOptions = {}) {
    const { parameter, clock, log } = deps;
    this.#deps = deps;
    this.#used = new RefreshingValue(
      {
        load: (used) => this.#load(used),
        clock,
        onFailure: (error, ageMs) =>
          log.warn('configuration cannot be refreshed', { parameter: parameter.name, usedAgeMs: ageMs, error }),
      },
      options,
    );
  }

  /** @throws {NoValidConfigError} @throws {UnavailableError} only as long as there never was a valid one */
  async current(): Promise<SamplingConfig> {
    return (await this.#used.current()).config;
  }

  async #load(used: UsedConfig | undefined): Promise<UsedConfig> {
    // While SSM is asked, what reads the answer is loaded.
    const [latest] = await Promise.all([this.#deps.parameter.latest(), loadParser()]);
    // A parameter that was deleted and created again counts from 1 again, so the version alone does not identify the text.
    if (used?.version === latest.version && used.value === latest.value) return used;
    const result = await parse(latest);
    if (result.ok) return this.#use(latest, result);
    const instead = used ?? (await this.#lastValidBefore(latest.version));
    this.#refuse(latest.version, result.issues, instead?.version);
    if (instead !== undefined) return instead;
    const { name } = this.#deps.parameter;
    throw new NoValidConfigError(
      `no version of SSM parameter ${name} is a valid configuration (checked ${latest.version} and up to ` +
        `${VERSIONS_TO_LOOK_BACK} before it); version ${latest.version}: ${describe(result.issues)}`,
    );
  }

  /** For a cold start: the newest version that the running instances may be using. */
  async #lastValidBefore(version: number): Promise<UsedConfig | undefined> {
    for (let earlier = version - 1; earlier >= Math.max(1, version - VERSIONS_TO_LOOK_BACK); earlier--) {
      const stored = await this.#deps.parameter.at(earlier);
      const result = stored && (await parse(stored));
      if (stored !== undefined && result?.ok) return this.#use(stored, result);
    }
    return undefined;
  }

  #use(stored: StoredConfig, { config, warnings }: SamplingConfigResult & { readonly ok: true }): UsedConfig {
    const { parameter, log } = this.#deps;
    const fields = { parameter: parameter.name, version: stored.version, policies: config.policies.length };
    log.info('configuration in use', { ...fields, ...(warnings.length > 0 && { warnings }) });
    return { ...stored, config };
  }

  #refuse(version: number, issues: readonly ConfigIssue[], usedVersion: number | undefined): void {
    const { parameter, log, onConfigRefused } = this.#deps;
    const refusal: ConfigRefusal = { parameter: parameter.name, version, issues, usedVersion };
    if (this.#loggedRefusal !== version) log.error('configuration refused', { ...refusal });
    this.#loggedRefusal = version;
    onConfigRefused?.(refusal);
  }
}

/**
 * The parser, and the languages of its policies, are loaded on demand: a function of which the configuration needs neither
 * conditions nor patterns starts without OTTL and RE2.
 */
function loadParser() {
  return import('../../lib/sampling/config/parse-config-text.ts');
}

async function parse({ value }: StoredConfig): Promise<SamplingConfigResult> {
  try {
    const text = decodeConfigText(value);
    const { parseLoadingLanguages } = await loadParser();
    // What is deployed stays in use, even if a newer Tailgate would no longer accept it as new.
    return await parseLoadingLanguages(text, loadLanguages, { lostComponents: 'warning' });
  } catch (error) {
    if (!(error instanceof ConfigTextError)) throw error;
    return { ok: false, issues: [{ path: '', message: error.message }], warnings: [], notes: [] };
  }
}

async function loadLanguages(): Promise<Languages> {
  const { LANGUAGES } = await import('../../lib/sampling/all-languages.ts');
  return LANGUAGES;
}

function describe(issues: readonly ConfigIssue[]): string {
  return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}
