import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An account that does not exist. */
export const ACCOUNT = '111111111111';

/** The conditions that hold, and the variables that make them do so. */
export interface ChoiceToTry {
  readonly conditions: readonly string[];
  readonly retentionDays?: number;
  /** As Terraform writes them. */
  readonly variables: Readonly<Record<string, string>>;
}

/** By name. Each condition holds in one of them and does not in another, alone and together with others. */
export const CHOICES_TO_TRY: Readonly<Record<string, ChoiceToTry>> = {
  'the defaults': { conditions: ['WithReservedConcurrency'], variables: {} },
  everything: {
    conditions: [
      'WithCompaction',
      'WithRead',
      'WithTenants',
      'WithReservedConcurrency',
      'WithCorsOrigins',
      'WithAlarmTopic',
    ],
    variables: {
      compaction: 'true',
      read: 'true',
      tenants: 'true',
      cors_origins: '["https://shop.example"]',
      alarm_topic_arn: '"arn:aws:sns:eu-west-1:111111111111:alarms"',
    },
  },
  'tenants, no reserved concurrency, 30 days': {
    conditions: ['WithTenants'],
    retentionDays: 30,
    variables: { tenants: 'true', reserve_concurrency: 'false', archive_retention_days: '30' },
  },
};

/** A resource in Terraform's state. */
export interface StateResource {
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

interface Applied {
  readonly name: string;
  /** `undefined`: it cannot be applied. */
  readonly state: readonly StateResource[] | undefined;
  /** Empty: none. */
  readonly problems: string;
}

const MODULE = 'examples/terraform';

/** Terraform with a provider that has the schema of the AWS provider (go/main.go), in a copy of the module. */
export class Terraform implements Disposable {
  readonly #folder: string;
  readonly #handlersFolder: string;
  readonly #environment: NodeJS.ProcessEnv;

  /** What is missing to run it; `undefined`: nothing. */
  static missing(): string | undefined {
    if (spawnSync('terraform', ['version']).status !== 0) return 'no Terraform (command "terraform")';
    return spawnSync('go', ['version']).status === 0 ? undefined : 'no Go toolchain (command "go") for the provider';
  }

  /** @param handlersFolder with the zips of the functions */
  constructor(handlersFolder: string) {
    this.#handlersFolder = handlersFolder;
    this.#folder = mkdtempSync(join(tmpdir(), 'tailgate-terraform-'));
    const provider = join(this.#folder, 'provider');
    const args = ['build', '-o', join(provider, 'terraform-provider-aws'), '.'];
    const { status, stderr } = spawnSync('go', args, { cwd: join(import.meta.dirname, 'go'), encoding: 'utf8' });
    if (status !== 0) throw new Error(`the provider cannot be built:\n${stderr}`);
    const configuration = join(this.#folder, 'terraformrc');
    writeFileSync(
      configuration,
      `disable_checkpoint = true\nprovider_installation {\n  dev_overrides {\n    "hashicorp/aws" = ${JSON.stringify(provider)}\n  }\n}\n`,
    );
    this.#environment = {
      ...process.env,
      TF_CLI_CONFIG_FILE: configuration,
      TAILGATE_PROVIDER_SCHEMA: join(import.meta.dirname, 'provider-schema.json'),
    };
    cpSync(MODULE, join(this.#folder, 'module'), { recursive: true });
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }

  /** What `terraform fmt` would change. */
  format(): string {
    const { stdout, stderr } = this.#run('fmt', '-check', '-diff');
    return stdout + stderr;
  }

  /** What `terraform validate` objects to. */
  validate(): string {
    const { stdout, stderr, status } = this.#run('validate', '-no-color');
    return status === 0 ? '' : stdout + stderr;
  }

  /** Applies the module with each choice: resources get made-up values for what only AWS knows. */
  apply(choices: Readonly<Record<string, ChoiceToTry>>): readonly Applied[] {
    const tests = join(this.#folder, 'module/tests');
    mkdirSync(tests);
    return Object.entries(choices).map(([name, { variables }]) => {
      writeFileSync(join(tests, 'apply.tftest.hcl'), this.#test(variables));
      const { stdout, stderr } = this.#run('test', '-json', '-verbose');
      const messages = stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
      const errors = messages
        .filter(({ type, diagnostic }) => type === 'diagnostic' && diagnostic.severity === 'error')
        .map(({ diagnostic }) => `${diagnostic.summary}: ${diagnostic.detail} ${JSON.stringify(diagnostic.snippet)}`);
      const state = messages.find(({ type }) => type === 'test_state')?.test_state.root_module.resources;
      return { name, state, problems: errors.join('\n') || (state === undefined ? stdout + stderr : '') };
    });
  }

  #test(variables: ChoiceToTry['variables']): string {
    const all = {
      handlers_folder: JSON.stringify(this.#handlersFolder),
      pipeline_name: '"shop-traces"',
      policies: '"policies: []"',
      ...variables,
    };
    const lines = Object.entries(all).map(([name, value]) => `    ${name} = ${value}`);
    return [
      'mock_provider "aws" {',
      '  mock_resource "aws_lambda_function_url" {',
      '    defaults = { function_url = "https://id.lambda-url.eu-west-1.on.aws/" }',
      '  }',
      '  mock_data "aws_caller_identity" {',
      `    defaults = { account_id = "${ACCOUNT}" }`,
      '  }',
      '}',
      'run "apply" {',
      '  command = apply',
      '  variables {',
      ...lines,
      '  }',
      '}',
    ].join('\n');
  }

  #run(...args: readonly string[]) {
    return spawnSync('terraform', args, {
      cwd: join(this.#folder, 'module'),
      env: this.#environment,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
  }
}
