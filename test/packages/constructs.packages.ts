import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONSTRUCT_PACKAGE } from '../../scripts/build/construct-package.ts';
import { FUNCTIONS, HANDLERS, handlerFiles } from '../../scripts/build/handlers.ts';
import { readRootManifest } from '../../scripts/build/manifest.ts';
import { installNode, NODE_24 } from './support/node-versions.ts';
import { TARBALLS } from './support/packed.ts';
import { createProject, megabytes, type Project, removeProjects } from './support/project.ts';

const { peerDependencies } = JSON.parse(readFileSync(join(CONSTRUCT_PACKAGE, 'package.json'), 'utf8'));
const { devDependencies = {} } = await readRootManifest();

/** The programs of the README, each of which makes an app. */
const README_PROGRAMS = [
  ...readFileSync(join(CONSTRUCT_PACKAGE, 'README.md'), 'utf8').matchAll(/^```ts\n(.*?)^```/gms),
].map(([, program = '']) => program);

/** The rest of the public surface, in the strictest TypeScript. */
const STRICT_PROGRAM = `
import { App, Duration, Stack } from 'aws-cdk-lib';
import { User } from 'aws-cdk-lib/aws-iam';
import {
  type AlarmThresholds,
  HttpApiEndpoint,
  type IngestEndpointType,
  InvalidPipelineError,
  PipelineFunction,
  Policies,
  TailSamplingPipeline,
  type TailSamplingPipelineProps,
} from 'tailgate-cdk';

const alarmThresholds: AlarmThresholds = { decisionLag: Duration.minutes(15) };
const ingestEndpoint: IngestEndpointType = 'http-api';
const props: TailSamplingPipelineProps = {
  policies: Policies.fromText('policies: [{ name: all, type: always_sample }]'),
  alarmThresholds,
  ingestEndpoint,
  compaction: true,
  read: true,
};
const stack = new Stack(new App(), 'Strict');
const pipeline = new TailSamplingPipeline(stack, 'Tailgate', props);
if (!(pipeline.ingestEndpoint instanceof HttpApiEndpoint)) throw new Error('not an HTTP API');
if (!(pipeline.ingest instanceof PipelineFunction)) throw new Error('not a pipeline function');
pipeline.grantQuery(new User(stack, 'Analyst'));
pipeline.compact?.function.metricErrors();
pipeline.read?.function.metricErrors();
pipeline.metric('late_spans').createAlarm(stack, 'LateSpans', { threshold: 1000, evaluationPeriods: 1 });
try {
  new TailSamplingPipeline(stack, 'Wrong', { ...props, policies: Policies.fromText('policies: [{ name: x, type: nope }]') });
  throw new Error('was built');
} catch (error) {
  if (!(error instanceof InvalidPipelineError)) throw error;
  console.log(error.problems[0]);
}
// @ts-expect-error a misspelt option is an error
export const misspelt: TailSamplingPipelineProps = { policies: props.policies, compacton: true };
`;

const POLICIES = 'policies: [{ name: all, type: always_sample }]';

const JAVASCRIPT_PROGRAM = `
const { App } = require('aws-cdk-lib');
const { Policies, TailgateStack } = require('tailgate-cdk');

const app = new App();
new TailgateStack(app, 'Tailgate', { pipeline: { pipelineName: 'tailgate', policies: Policies.fromFile('tailgate.yaml'), compaction: true, read: true } });
app.synth();
`;

let node22: string;
let app: Project;

beforeAll(async () => {
  node22 = await installNode(22);
  const started = performance.now();
  app = await createProject({
    dependencies: { 'tailgate-cdk': `file:${TARBALLS['tailgate-cdk']}`, ...peerDependencies },
  });
  const { stdout, stderr } = await app.npm(['install'], node22);
  const seconds = (performance.now() - started) / 1000;
  expect(stderr).toBe('');
  const modules = join(app.folder, 'node_modules');
  console.log(
    `tailgate-cdk: tarball ${megabytes(TARBALLS['tailgate-cdk']).toFixed(1)} MB; ${stdout.trim()} (${seconds.toFixed(1)} s); ` +
      `node_modules ${megabytes(modules).toFixed(0)} MB, of which aws-cdk-lib ${megabytes(join(modules, 'aws-cdk-lib')).toFixed(0)} MB`,
  );
  await app.write({ 'app.js': JAVASCRIPT_PROGRAM, 'tailgate.yaml': POLICIES });
});
afterAll(removeProjects);

describe('the constructs in an app in plain JavaScript', () => {
  it.each([22, 24])('synthesise on Node.js %i, from the handlers of the package', async (major) => {
    const ended = await app.run('node', ['app.js'], major === 22 ? node22 : NODE_24);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const out = join(app.folder, 'cdk.out');
    const template = JSON.parse(readFileSync(join(out, 'Tailgate.template.json'), 'utf8'));
    const resources: readonly { readonly Type: string }[] = Object.values(template.Resources);
    expect(resources.filter(({ Type }) => Type === 'AWS::Lambda::Function')).toHaveLength(4);
    // The bytes that were tested are the bytes that are deployed.
    const bundles = (folder: string, names: readonly string[]) =>
      names
        .map((name) => handlerFiles(join(folder, name)).map((file) => readFileSync(join(folder, name, file), 'utf8')))
        .sort();
    const assets = readdirSync(out).filter((name) => name.startsWith('asset.'));
    expect(bundles(out, assets)).toEqual(bundles(HANDLERS, FUNCTIONS));
  });

  it('need neither esbuild nor the AWS SDK', () => {
    for (const name of ['esbuild', '@aws-sdk', '@smithy', 'node']) {
      expect(existsSync(join(app.folder, 'node_modules', name)), name).toBe(false);
    }
  });
});

describe('the constructs in an app in strict TypeScript', () => {
  beforeAll(async () => {
    const tools = ['typescript', '@types/node'].map((name) => `${name}@${devDependencies[name]}`);
    await app.npm(['install', '--no-save', ...tools], NODE_24);
    const compilerOptions = {
      target: 'es2023',
      module: 'nodenext',
      strict: true,
      noUncheckedIndexedAccess: true,
      types: ['node'],
    };
    await app.write({
      'strict/package.json': '{ "type": "module" }',
      'strict/tsconfig.json': JSON.stringify({ compilerOptions }),
      'strict/strict.ts': STRICT_PROGRAM,
      // As "cdk init" makes an app: CommonJS.
      'commonjs/package.json': '{}',
      'commonjs/tsconfig.json': JSON.stringify({ compilerOptions }),
      'commonjs/readme.ts': README_PROGRAMS[0] ?? '',
      ...Object.fromEntries(README_PROGRAMS.map((program, i) => [`strict/readme-${i}.ts`, program])),
    });
  });

  it('have types that fit, down to those of the dependencies', async () => {
    expect(await app.run('tsc', ['--project', 'strict'], NODE_24)).toMatchObject({ code: 0, stdout: '' });
  });

  it('have types that fit where an optional property is not undefined, which those of the CDK do not', async () => {
    const args = ['--project', 'strict', '--exactOptionalPropertyTypes', '--skipLibCheck', '--noEmit'];
    expect(await app.run('tsc', args, NODE_24)).toMatchObject({ code: 0, stdout: '' });
  });

  it('fit in an app that is compiled to CommonJS', async () => {
    expect(await app.run('tsc', ['--project', 'commonjs'], NODE_24)).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(join(app.folder, 'commonjs/readme.js'), 'utf8')).toContain('require("tailgate-cdk")');
    expect(await app.run('node', ['commonjs/readme.js'], node22)).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([22, 24])('run on Node.js %i as the README has it', async (major) => {
    expect(README_PROGRAMS).toHaveLength(2);
    for (const program of README_PROGRAMS.keys()) {
      const ended = await app.run('node', [`strict/readme-${program}.js`], major === 22 ? node22 : NODE_24);
      expect(ended).toMatchObject({ code: 0, stderr: '' });
    }
  });

  it.each([22, 24])('report what is wrong on Node.js %i', async (major) => {
    const ended = await app.run('node', ['strict/strict.js'], major === 22 ? node22 : NODE_24);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toMatch(/policies:1: policies\[0\]\.type: /);
  });

  it('cannot be imported from the inside', async () => {
    await app.write({ 'strict/inside.js': "await import('tailgate-cdk/lib/cdk/archive-bucket.js');" });
    const { stderr } = await app.run('node', ['strict/inside.js'], NODE_24);
    expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });
});
