/**
 * The words of dictionary v1, rarest first: deflate spells what stands near the end of a dictionary with fewer bits.
 *
 * Frozen. Changing a byte makes every stored fragment unreadable; a better list is a new dictionary with a new version.
 */

/** Attribute keys of the semantic conventions, old spellings included, separated by spaces. */
export const ATTRIBUTE_KEYS_V1 = `
android.os.api_level browser.brands browser.language browser.mobile browser.platform user_agent.name user_agent.version
feature_flag.key feature_flag.provider.name feature_flag.result.variant session.id session.previous_id enduser.role
gen_ai.operation.name gen_ai.provider.name gen_ai.request.max_tokens gen_ai.request.model gen_ai.request.temperature
gen_ai.response.finish_reasons gen_ai.response.id gen_ai.response.model gen_ai.system gen_ai.usage.input_tokens
gen_ai.usage.output_tokens
faas.coldstart faas.cron faas.document.collection faas.document.operation faas.instance faas.invocation_id
faas.invoked_name faas.invoked_provider faas.invoked_region faas.max_memory faas.name faas.time faas.trigger faas.version
aws.dynamodb.consumed_capacity aws.dynamodb.table_names aws.ecs.cluster.arn aws.ecs.container.arn aws.ecs.launchtype
aws.ecs.task.arn aws.ecs.task.family aws.ecs.task.id aws.ecs.task.revision aws.eks.cluster.arn aws.lambda.invoked_arn
aws.log.group.names aws.log.stream.names aws.request_id aws.s3.bucket aws.s3.key aws.sns.topic.arn aws.sqs.queue.url
db.cassandra.consistency_level db.cassandra.coordinator.dc db.cassandra.page_size db.client.connection.pool.name
db.client.connections.pool.name db.cosmosdb.container db.elasticsearch.cluster.name db.elasticsearch.path_parts.index
db.mongodb.collection db.jdbc.driver_classname db.instance.id db.response.returned_rows db.stored_procedure.name
db.operation.batch.size db.operation.parameter.0 db.query.parameter.0 db.response.status_code db.redis.database_index
db.row_count db.sql.table db.url elasticsearch.node.name mysql.instance.name
messaging.batch.message_count messaging.client.id messaging.client_id messaging.consumer.group.name
messaging.consumer.id messaging.conversation_id messaging.destination.anonymous messaging.destination.kind
messaging.destination.partition.id messaging.destination.subscription.name messaging.destination.template
messaging.destination.temporary messaging.destination_kind messaging.destination_publish.name
messaging.eventhubs.consumer.group messaging.gcp_pubsub.message.ordering_key messaging.kafka.bootstrap.servers
messaging.kafka.consumer.group messaging.kafka.destination.partition messaging.kafka.message.key
messaging.kafka.message.offset messaging.kafka.message.tombstone messaging.kafka.offset messaging.kafka.partition
messaging.message.body.size messaging.message.conversation_id messaging.message.envelope.size messaging.message_id
messaging.message.payload_size_bytes messaging.operation messaging.protocol messaging.protocol_version
messaging.rabbitmq.destination.routing_key messaging.rabbitmq.message.delivery_tag messaging.rabbitmq.routing_key
messaging.redis.database_index messaging.rocketmq.client_group messaging.servicebus.message.enqueued_time messaging.url
rpc.connect_rpc.error_code rpc.grpc.request.metadata rpc.grpc.response.metadata rpc.jsonrpc.error_code
rpc.jsonrpc.request_id rpc.jsonrpc.version rpc.message.compressed_size rpc.message.id rpc.message.type
rpc.message.uncompressed_size rpc.response.status_code rpc.system.name message.id message.type
message.compressed_size message.uncompressed_size
aspnetcore.rate_limiting.result aspnetcore.routing.is_fallback aspnetcore.routing.match_status
signalr.connection.status signalr.transport express.name express.type fastify.type hook.name hook.callback.name
plugin.name koa.name koa.type nestjs.callback nestjs.controller nestjs.type nestjs.version next.page next.route
next.span_name next.span_type django.view celery.action celery.state celery.task_name rails.controller
spring-webflux.handler.type tornado.handler wsgi.path component span.kind error.message error.object otel.event.name
job.system peer.address sampling.priority
cloudevents.event_id cloudevents.event_source cloudevents.event_type opentracing.ref_type event.name
container.command container.image.id container.image.tag container.image.tags container.image.repo_digests
container.image.name container.runtime device.id device.manufacturer device.model.identifier host.image.id host.ip
host.mac host.type k8s.cluster.uid k8s.container.restart_count k8s.cronjob.name k8s.daemonset.name k8s.daemonset.uid
k8s.deployment.uid k8s.job.name k8s.job.uid k8s.namespace.labels k8s.node.uid k8s.pod.start_time k8s.pod.labels.app
k8s.replicaset.uid k8s.statefulset.name k8s.statefulset.uid os.build_id os.name process.creation.time
process.executable.build_id.gnu process.interactive process.parent_pid process.working_directory webengine.name
webengine.version webengine.description deployment.id deployment.name otel.library.name otel.library.version
otel.scope.name otel.scope.version otel.status_code otel.status_description telemetry.auto.version
http.client_ip http.flavor http.host http.request_content_length http.request_content_length_uncompressed
http.response_content_length http.response_content_length_uncompressed http.server_name http.status_text
http.user_agent http.request.body.size http.request.size http.response.body.size http.response.size
http.request.header.content-type http.request.header.x-forwarded-for http.request.header.x-request-id
http.response.header.content-type http.response.header.content-length http.connection.state
http.request.method_original http.request.resend_count http.error_name http.error_message http.retry_count
net.host.ip net.host.name net.host.port net.peer.ip net.peer.name net.peer.port net.protocol.name net.protocol.version
net.sock.family net.sock.host.addr net.sock.host.port net.sock.peer.addr net.sock.peer.name net.sock.peer.port
net.transport net.host.connection.type network.connection.subtype network.connection.type network.io.direction
network.local.address network.local.port network.carrier.name source.address source.port destination.address
destination.port url.domain url.fragment url.template url.original url.port url.subdomain user.email user.name
code.filepath code.function code.lineno code.namespace code.column code.column.number code.file.path code.function.name
code.line.number code.stacktrace exception.escaped exception.stacktrace exception.message exception.type
enduser.id user.id user.roles customer.id tenant.id order.id cart.id product.id payment.method payment.amount
`;

/** Instrumentation scopes, separated by spaces. */
export const SCOPE_NAMES_V1 = `
OpenTelemetry::Instrumentation::Rack OpenTelemetry::Instrumentation::ActiveRecord OpenTelemetry::Instrumentation::Rails
OpenTelemetry::Instrumentation::Net::HTTP OpenTelemetry::Instrumentation::Sidekiq OpenTelemetry::Instrumentation::PG
io.opentelemetry.contrib.php.laravel io.opentelemetry.contrib.php.symfony io.opentelemetry.contrib.php.pdo
OpenTelemetry.Instrumentation.AspNetCore OpenTelemetry.Instrumentation.Http OpenTelemetry.Instrumentation.SqlClient
OpenTelemetry.Instrumentation.EntityFrameworkCore OpenTelemetry.Instrumentation.StackExchangeRedis
Microsoft.AspNetCore System.Net.Http Npgsql MassTransit Grpc.Net.Client Azure.Messaging.ServiceBus tracing-opentelemetry
opentelemetry.instrumentation.django opentelemetry.instrumentation.flask opentelemetry.instrumentation.fastapi
opentelemetry.instrumentation.asgi opentelemetry.instrumentation.wsgi opentelemetry.instrumentation.requests
opentelemetry.instrumentation.httpx opentelemetry.instrumentation.aiohttp_client opentelemetry.instrumentation.urllib3
opentelemetry.instrumentation.sqlalchemy opentelemetry.instrumentation.psycopg2 opentelemetry.instrumentation.asyncpg
opentelemetry.instrumentation.redis opentelemetry.instrumentation.celery opentelemetry.instrumentation.botocore
opentelemetry.instrumentation.kafka opentelemetry.instrumentation.grpc
go.opentelemetry.io/contrib/instrumentation/github.com/gin-gonic/gin/otelgin
go.opentelemetry.io/contrib/instrumentation/github.com/gorilla/mux/otelmux
go.opentelemetry.io/contrib/instrumentation/github.com/aws/aws-sdk-go-v2/otelaws github.com/XSAM/otelsql
github.com/redis/go-redis/extra/redisotel go.opentelemetry.io/contrib/instrumentation/net/http/httptrace/otelhttptrace
go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc
go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp
io.opentelemetry.tomcat-10.0 io.opentelemetry.servlet-5.0 io.opentelemetry.netty-4.1 io.opentelemetry.hikaricp-3.0
io.opentelemetry.spring-webmvc-6.0 io.opentelemetry.spring-webflux-5.3 io.opentelemetry.spring-data-1.8
io.opentelemetry.hibernate-6.0 io.opentelemetry.okhttp-3.0 io.opentelemetry.apache-httpclient-5.0
io.opentelemetry.java-http-client io.opentelemetry.http-url-connection io.opentelemetry.grpc-1.6
io.opentelemetry.lettuce-5.1 io.opentelemetry.jedis-4.0 io.opentelemetry.aws-sdk-2.2 io.opentelemetry.rabbitmq-2.7
io.opentelemetry.spring-kafka-2.7 io.opentelemetry.kafka-clients-0.11 io.opentelemetry.jdbc
@opentelemetry/instrumentation-amqplib @opentelemetry/instrumentation-aws-lambda @opentelemetry/instrumentation-aws-sdk
@opentelemetry/instrumentation-dns @opentelemetry/instrumentation-fastify @opentelemetry/instrumentation-fs
@opentelemetry/instrumentation-graphql @opentelemetry/instrumentation-grpc @opentelemetry/instrumentation-ioredis
@opentelemetry/instrumentation-kafkajs @opentelemetry/instrumentation-knex @opentelemetry/instrumentation-koa
@opentelemetry/instrumentation-mongodb @opentelemetry/instrumentation-mongoose @opentelemetry/instrumentation-mysql2
@opentelemetry/instrumentation-nestjs-core @opentelemetry/instrumentation-net @opentelemetry/instrumentation-redis-4
@opentelemetry/instrumentation-undici @opentelemetry/instrumentation-pg @opentelemetry/instrumentation-express
@opentelemetry/instrumentation-http
`;

/** Names and values without framing, one a line. */
export const VALUES_V1 = `
java.lang.IllegalStateException
java.lang.NullPointerException
java.util.concurrent.TimeoutException
org.springframework.
System.InvalidOperationException
requests.exceptions.ConnectionError
Traceback (most recent call last):
  File "/usr/local/lib/python3.
    at process.processTicksAndRejections (node:internal/process/task_queues:
    at async /app/node_modules/
/app/dist/
/usr/src/app/
/usr/lib/jvm/
/opt/java/openjdk
connection refused
context deadline exceeded
connect ECONNREFUSED 127.0.0.1:
Internal Server Error
Service Unavailable
Bad Request
Not Found
Unauthorized
DEADLINE_EXCEEDED
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/
Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)
 Safari/537.36
python-requests/2.
Go-http-client/1.1
kube-probe/1.
curl/8.
application/json
ip_tcp
keep-alive
middleware - 
request handler - 
HTTP GET
HTTP POST
process
publish
receive
settle
dynamodb
mongodb
cassandra
elasticsearch
memcached
opensearch
rabbitmq
aws_sqs
kafka
other_sql
mssql
SELECT * FROM 
SELECT id, 
 FROM information_schema
INSERT INTO 
 VALUES ($1, $2, $3, $4)
 RETURNING id
UPDATE 
 SET updated_at = $1 WHERE id = $2
DELETE FROM 
 WHERE id = $1
 WHERE user_id = 
 AND deleted_at IS NULL
 ORDER BY created_at DESC LIMIT 
 LEFT JOIN 
 GROUP BY 
HGETALL
EXPIRE
pg.query:SELECT 
pg-pool.connect
tcp.connect
tls.connect
customers
products
sessions
accounts
payments
inventory
notification
checkout
catalog
orders
items
users
/api/v1/
/api/v2/
/healthz
/{id}
/:id
-service
.svc.cluster.local
.default.svc.cluster.local:8080
.internal
.example.com
.amazonaws.com
.compute.internal
localhost
127.0.0.1
10.0.
192.168.
https://opentelemetry.io/schemas/1.
`;
