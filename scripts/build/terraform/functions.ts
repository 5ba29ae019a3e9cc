import { intrinsicOf, isList, type Json } from '../cloudformation/template.ts';
import { argument, type Block, block, Call, Raw, Template } from './hcl.ts';
import type { Properties } from './properties.ts';
import {
  document,
  physicalName,
  physicalPrefix,
  resource,
  type Translation,
  type Translator,
  taken,
} from './resources.ts';

const FILE = 'functions.tf';

/** Translations of the functions, their roles and their logs. */
export const FUNCTIONS: Readonly<Record<string, Translator>> = {
  'AWS::Logs::LogGroup': { type: 'aws_cloudwatch_log_group', words: ['Logs'], file: FILE, translate: logGroup },
  'AWS::IAM::Role': { type: 'aws_iam_role', words: ['Role'], file: FILE, translate: role },
  'AWS::Lambda::Function': { type: 'aws_lambda_function', words: ['Function'], file: FILE, translate: lambdaFunction },
};

function logGroup(translation: Translation): readonly Block[] {
  const { properties, expressions, name } = translation;
  return [
    resource(translation, 'aws_cloudwatch_log_group', [
      argument('name', physicalName(name, '/aws/lambda/')),
      ...taken(properties, expressions, [['RetentionInDays', 'retention_in_days']]),
    ]),
  ];
}

function role(translation: Translation): readonly Block[] {
  const { properties, expressions, name, count } = translation;
  const policies = properties.list('Policies').map(({ properties: policy }) => {
    const body = [
      ...taken(policy, expressions, [['PolicyName', 'name']]),
      argument('role', new Raw(`aws_iam_role.${name}${count.length > 0 ? '[0]' : ''}.name`)),
      argument('policy', document(expressions, policy.required('PolicyDocument'))),
    ];
    policy.done();
    return resource(translation, 'aws_iam_role_policy', body);
  });
  if (policies.length !== 1)
    throw new Error(`${translation.logicalId}: expected one inline policy, got ${policies.length}`);
  return [
    resource(translation, 'aws_iam_role', [
      argument('name_prefix', physicalPrefix(name)),
      ...taken(properties, expressions, [['Description', 'description']]),
      argument('assume_role_policy', document(expressions, properties.required('AssumeRolePolicyDocument'))),
    ]),
    ...policies,
  ];
}

function lambdaFunction(translation: Translation): readonly Block[] {
  const { properties, expressions, name, count, logicalId } = translation;
  const zip = zipOf(logicalId, properties.nested('Code'));
  const variables = properties.nested('Environment');
  const logging = properties.nested('LoggingConfig');
  const loop = properties.take('RecursiveLoop');
  const roleArn = properties.required('Role');
  const blocks = [
    resource(translation, 'aws_lambda_function', [
      argument('function_name', physicalName(name)),
      ...taken(properties, expressions, [['Description', 'description']]),
      argument('role', expressions.of(roleArn)),
      argument('filename', zip),
      argument('source_code_hash', new Call('filebase64sha256', zip)),
      ...taken(properties, expressions, [
        ['Handler', 'handler'],
        ['Runtime', 'runtime'],
        ['Architectures', 'architectures'],
        ['MemorySize', 'memory_size'],
        ['Timeout', 'timeout'],
        ['ReservedConcurrentExecutions', 'reserved_concurrent_executions'],
      ]),
      // An event source checks the rights of the function when it is made.
      argument('depends_on', [
        new Raw(translation.address(targetOf(roleArn), 'aws_iam_role_policy').replace(/\[0\]$/, '')),
      ]),
      ...(variables === undefined
        ? []
        : [block('environment', taken(variables, expressions, [['Variables', 'variables']]))]),
      ...(logging === undefined
        ? []
        : [
            block('logging_config', [
              argument('log_format', 'Text'),
              ...taken(logging, expressions, [['LogGroup', 'log_group']]),
            ]),
          ]),
    ]),
    ...(loop === undefined
      ? []
      : [
          resource(translation, 'aws_lambda_function_recursion_config', [
            argument(
              'function_name',
              new Raw(`aws_lambda_function.${name}${count.length > 0 ? '[0]' : ''}.function_name`),
            ),
            argument('recursive_loop', expressions.of(loop)),
          ]),
        ]),
  ];
  for (const nested of [variables, logging]) nested?.done();
  return blocks;
}

/** The zip of a function is in the folder of the build, under a name that has a hash in it. */
function zipOf(logicalId: string, code: Properties | undefined) {
  const [, handler] = /"(\w+)[^"]*\.zip"/.exec(JSON.stringify(code?.take('S3Key'))) ?? [];
  if (handler === undefined) throw new Error(`${logicalId}: expected code that is a zip in a bucket`);
  code?.expect('S3Bucket', { Ref: 'AssetsBucket' });
  code?.done();
  const folder = new Raw('var.handlers_folder');
  return new Template([folder, '/', new Call('one', new Call('fileset', folder, `${handler}-*.zip`))]);
}

/** The logical ID in `Fn::GetAtt`. */
function targetOf(value: Json): string {
  const intrinsic = intrinsicOf(value);
  if (intrinsic?.name === 'Fn::GetAtt' && isList(intrinsic.argument)) return String(intrinsic.argument[0]);
  throw new Error(`expected Fn::GetAtt, got ${JSON.stringify(value)}`);
}
