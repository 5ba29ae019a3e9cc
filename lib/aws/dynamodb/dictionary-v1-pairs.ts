/**
 * Attributes of dictionary v1 that come with a value, and the most frequent keys, rarest first. Frozen, see
 * dictionary-v1-names.ts.
 */
type Attribute = readonly [key: string, value: string | number | boolean];

export const RESOURCE_KEYS_V1 = `
aws.ecs.task.arn k8s.container.name k8s.cluster.name k8s.replicaset.name k8s.node.name k8s.pod.uid k8s.pod.ip
k8s.deployment.name k8s.namespace.name k8s.pod.name cloud.resource_id cloud.account.id cloud.availability_zone
container.name container.id os.description os.version host.id host.name process.command process.command_line
process.command_args process.executable.path process.runtime.description process.runtime.version process.owner
process.pid service.instance.id service.version service.namespace deployment.environment.name service.name
`;

export const RESOURCE_ATTRIBUTES_V1: readonly Attribute[] = [
  ['telemetry.sdk.language', 'rust'],
  ['telemetry.sdk.language', 'php'],
  ['telemetry.sdk.language', 'ruby'],
  ['telemetry.sdk.language', 'webjs'],
  ['telemetry.sdk.language', 'cpp'],
  ['cloud.provider', 'azure'],
  ['cloud.provider', 'gcp'],
  ['cloud.platform', 'gcp_kubernetes_engine'],
  ['cloud.platform', 'azure_aks'],
  ['cloud.platform', 'aws_lambda'],
  ['cloud.platform', 'aws_ec2'],
  ['cloud.platform', 'aws_ecs'],
  ['cloud.platform', 'aws_eks'],
  ['cloud.region', 'us-west-2'],
  ['cloud.region', 'eu-west-1'],
  ['cloud.region', 'us-east-1'],
  ['cloud.provider', 'aws'],
  ['deployment.environment', 'staging'],
  ['deployment.environment', 'production'],
  ['deployment.environment.name', 'staging'],
  ['deployment.environment.name', 'production'],
  ['process.executable.name', 'java'],
  ['process.executable.path', '/usr/bin/java'],
  ['process.executable.path', '/usr/local/bin/python'],
  ['process.executable.path', '/usr/local/bin/node'],
  ['process.executable.name', 'node'],
  ['process.command', '/app/server.js'],
  ['process.owner', 'root'],
  ['process.runtime.name', 'OpenJDK Runtime Environment'],
  ['process.runtime.description', 'Eclipse Adoptium OpenJDK 64-Bit Server VM 21.0.'],
  ['process.runtime.name', 'CPython'],
  ['process.runtime.name', 'cpython'],
  ['process.runtime.name', '.NET'],
  ['process.runtime.name', 'go'],
  ['process.runtime.name', 'nodejs'],
  ['process.runtime.description', 'Node.js'],
  ['telemetry.distro.name', 'opentelemetry-java-instrumentation'],
  ['telemetry.distro.version', '2.0.0'],
  ['telemetry.auto.version', '0.50b0'],
  ['host.arch', 'arm64'],
  ['host.arch', 'amd64'],
  ['os.type', 'linux'],
  ['service.name', 'unknown_service'],
  ['service.namespace', 'shop'],
  ['service.version', '1.0.0'],
  ['telemetry.sdk.version', '1.30.0'],
  ['telemetry.sdk.version', '2.0.0'],
  ['telemetry.sdk.language', 'dotnet'],
  ['telemetry.sdk.language', 'python'],
  ['telemetry.sdk.language', 'go'],
  ['telemetry.sdk.language', 'java'],
  ['telemetry.sdk.language', 'nodejs'],
  ['telemetry.sdk.name', 'opentelemetry'],
];

export const FREQUENT_SPAN_KEYS_V1 = `
error.type messaging.message.id messaging.destination.name rpc.service rpc.method db.connection_string db.user db.name
db.namespace db.collection.name db.operation db.statement db.operation.name db.query.summary db.query.text thread.name
thread.id client.address client.port network.peer.address network.peer.port user_agent.original http.target http.url
http.route url.query url.full url.path server.port server.address
`;

export const FREQUENT_SPAN_ATTRIBUTES_V1: readonly Attribute[] = [
  ['thread.name', 'http-nio-8080-exec-'],
  ['error.type', '500'],
  ['messaging.system', 'rabbitmq'],
  ['messaging.system', 'aws_sqs'],
  ['messaging.system', 'kafka'],
  ['messaging.operation.name', 'publish'],
  ['messaging.operation.name', 'process'],
  ['messaging.operation.type', 'receive'],
  ['messaging.operation.type', 'process'],
  ['messaging.operation.type', 'send'],
  ['rpc.system', 'aws-api'],
  ['rpc.system', 'grpc'],
  ['rpc.grpc.status_code', 2],
  ['rpc.grpc.status_code', 0],
  ['db.system', 'mongodb'],
  ['db.system', 'mysql'],
  ['db.system', 'redis'],
  ['db.system', 'postgresql'],
  ['db.system.name', 'mongodb'],
  ['db.system.name', 'mysql'],
  ['db.system.name', 'redis'],
  ['db.system.name', 'postgresql'],
  ['db.operation.name', 'UPDATE'],
  ['db.operation.name', 'INSERT'],
  ['db.operation.name', 'GET'],
  ['db.operation.name', 'SET'],
  ['db.operation.name', 'SELECT'],
  ['server.port', 6379],
  ['server.port', 5432],
  ['server.port', 443],
  ['server.port', 8080],
  ['net.transport', 'ip_tcp'],
  ['http.flavor', '1.1'],
  ['http.scheme', 'http'],
  ['http.method', 'POST'],
  ['http.method', 'GET'],
  ['http.status_code', 404],
  ['http.status_code', 500],
  ['http.status_code', 200],
  ['network.type', 'ipv4'],
  ['network.transport', 'tcp'],
  ['network.protocol.name', 'http'],
  ['network.protocol.version', '2'],
  ['network.protocol.version', '1.1'],
  ['url.scheme', 'https'],
  ['url.scheme', 'http'],
  ['http.response.status_code', 500],
  ['http.response.status_code', 404],
  ['http.response.status_code', 201],
  ['http.response.status_code', 204],
  ['http.response.status_code', 200],
  ['http.request.method', 'DELETE'],
  ['http.request.method', 'PUT'],
  ['http.request.method', 'POST'],
  ['http.request.method', 'GET'],
];
