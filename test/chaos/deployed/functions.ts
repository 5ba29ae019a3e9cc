import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  type LambdaClientConfig,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { FunctionName } from './function-processes.ts';

/** The configuration of the functions at the engine. */
export class Functions {
  readonly #client: LambdaClient;
  readonly #names: ReadonlyMap<FunctionName, string>;

  private constructor(client: LambdaClient, names: ReadonlyMap<FunctionName, string>) {
    this.#client = client;
    this.#names = names;
  }

  static async find(settings: LambdaClientConfig): Promise<Functions> {
    const client = new LambdaClient(settings);
    const { Functions: all = [] } = await client.send(new ListFunctionsCommand({}));
    const names = (['ingest', 'decide'] as const).map((name): [FunctionName, string] => {
      const found = all.find(({ FunctionName = '' }) => FunctionName.toLowerCase().includes(name));
      if (found?.FunctionName === undefined)
        throw new Error(`no ${name} function among ${all.map(({ FunctionName }) => FunctionName)}`);
      return [name, found.FunctionName];
    });
    return new Functions(client, new Map(names));
  }

  /**
   * Lets all calls of services go through a proxy: the base URL of the engine is replaced wherever it stands in the environment.
   * @param timeouts of functions that may last longer, or shorter, than they are deployed with
   * @returns the environment of the decide function
   */
  async callThrough(
    proxyUrl: string,
    engineUrl: string,
    timeouts: Partial<Record<FunctionName, number>>,
  ): Promise<Readonly<Record<string, string>>> {
    // The URLs of queues may name this machine otherwise.
    const ofEngine = new RegExp(`^https?://[^/]+:${new URL(engineUrl).port}`);
    let environment: Record<string, string> = {};
    for (const [name, FunctionName] of this.#names) {
      const { Environment } = await this.#client.send(new GetFunctionConfigurationCommand({ FunctionName }));
      const variables = Object.entries(Environment?.Variables ?? {});
      environment = Object.fromEntries(variables.map(([name, value]) => [name, value.replace(ofEngine, proxyUrl)]));
      await this.#client.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName,
          Environment: { Variables: { ...environment, AWS_ENDPOINT_URL: proxyUrl } },
          Timeout: timeouts[name],
        }),
      );
    }
    return environment;
  }

  /** Batches of wake-ups that are decided at the same time. */
  async decideAtOnce(batches: number): Promise<void> {
    const FunctionName = this.#names.get('decide');
    const { EventSourceMappings = [] } = await this.#client.send(new ListEventSourceMappingsCommand({ FunctionName }));
    for (const { UUID } of EventSourceMappings) {
      const ScalingConfig = { MaximumConcurrency: batches };
      await this.#client.send(new UpdateEventSourceMappingCommand({ UUID, ScalingConfig }));
    }
  }

  destroy(): void {
    this.#client.destroy();
  }
}
