// What a user without Node.js deploys, read by the tools that deploy it: the CloudFormation template by cfn-lint, the Terraform module by
// Terraform with the schema of the AWS provider. Says what is skipped, and why.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEMPLATE_FILE, writeCloudFormation } from '../../scripts/build/cloudformation/write-cloudformation.ts';
import { buildHandlers, HANDLERS } from '../../scripts/build/handlers.ts';
import { hasPip, pipPackages } from '../support/pip-packages.ts';
import { differences } from './differences.ts';
import { CHOICES_TO_TRY, Terraform } from './terraform.ts';

const CFN_LINT = 'cfn-lint==1.58.0';
/** Of regions that have all services: what a property may be differs between them. */
const REGIONS = ['us-east-1', 'eu-central-1', 'ap-southeast-2'];

const folder = mkdtempSync(join(tmpdir(), 'tailgate-cloud-'));
let [passed, failed, skipped] = [0, 0, 0];

function check(name: string, problems: string): void {
  console.log(`${problems === '' ? 'ok    ' : 'FAILED'}  ${name}${problems === '' ? '' : `\n${problems}`}`);
  if (problems === '') passed++;
  else failed++;
}

function skip(name: string, reason: string): void {
  console.log(`SKIPPED: ${name}: ${reason}`);
  skipped++;
}

try {
  await buildHandlers();
  writeCloudFormation({ handlersFolder: HANDLERS, out: folder });
  checkTemplate(join(folder, TEMPLATE_FILE));
  checkModule();
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}

function checkTemplate(template: string): void {
  if (!hasPip()) {
    skip('cfn-lint', 'no Python with pip (command "python3")');
    return;
  }
  const packages = pipPackages(CFN_LINT);
  const env = { ...process.env, PYTHONPATH: packages };
  const args = [join(packages, 'bin/cfn-lint'), '--template', template, '--regions', ...REGIONS];
  const { stdout, stderr } = spawnSync('python3', args, { env, encoding: 'utf8' });
  check('cfn-lint finds nothing in the CloudFormation template', stdout + stderr);
  const { stdout: listed, status } = spawnSync('python3', ['-m', 'zipfile', '--test', zipOf('ingest')], {
    encoding: 'utf8',
  });
  check("Python's zipfile reads the zip of a function", status === 0 ? '' : listed);
}

function zipOf(handler: string): string {
  const { stdout } = spawnSync('sh', ['-c', `ls "${folder}"/${handler}-*.zip`], { encoding: 'utf8' });
  return stdout.trim();
}

function checkModule(): void {
  const missing = Terraform.missing();
  if (missing !== undefined) {
    skip('terraform validate, terraform test', missing);
    return;
  }
  using terraform = new Terraform(folder);
  check('terraform fmt changes nothing', terraform.format());
  check('terraform validate accepts the module', terraform.validate());
  for (const { name, state, problems } of terraform.apply(CHOICES_TO_TRY)) {
    check(`terraform test applies the module with ${name}`, problems);
    if (state !== undefined)
      check(`the module with ${name} has all that the template has`, differences(state, name).join('\n'));
  }
}
