import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readAppSettings } from './app-settings.ts';
import { InvalidPipelineError } from './pipeline-problems.ts';
import { Policies } from './policies.ts';
import { TailgateStack } from './tailgate-stack.ts';

const app = new App();
try {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const result = readAppSettings(app.node.getAllContext(), process.env);
  if (!result.ok) throw new InvalidPipelineError('Tailgate', result.problems);
  const { env, stackName, policiesFile, pipeline } = result.settings;
  new TailgateStack(app, stackName, {
    env,
    description: 'Tailgate: tail sampling for OpenTelemetry traces',
    pipeline: { ...pipeline, policies: Policies.fromFile(policiesFile) },
  });
} catch (error) {
  if (!(error instanceof InvalidPipelineError)) throw error;
  // For the person who typed the command; a stack trace would only hide it.
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
