import { strict as assert } from 'node:assert';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import type { Engine } from './engine.ts';

/** Runs the compact function as its schedule does, with the rights of its role. */
export async function invokeCompact({ endpoint }: Engine): Promise<void> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new LambdaClient({ endpoint, region: 'us-east-1', credentials });
  try {
    const { Functions = [] } = await client.send(new ListFunctionsCommand({}));
    const { FunctionName } = Functions.find((one) => one.FunctionName?.includes('Compact')) ?? {};
    const { FunctionError, Payload } = await client.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
    assert.equal(FunctionError, undefined, Payload?.transformToString());
  } finally {
    client.destroy();
  }
}
