/**
 * `node bench/aws-client.ts`: our client of DynamoDB and SQS against the SDK's, in one process, in turns, against a stub that answers
 * at once. CPU time of this process alone. Timeouts and metrics are on for both.
 */
import { readFileSync } from 'node:fs';
import { setDefaultCACertificates } from 'node:tls';
import { callsOf } from './aws-client/calls.ts';
import { clientsOf, TLS } from './aws-client/clients.ts';
import { firstSend } from './aws-client/first-send.ts';
import { handlersOf } from './aws-client/handlers.ts';
import { rate } from './aws-client/rate.ts';
import { startStub } from './load/start-stub.ts';

const ROUNDS = Number(process.argv[2] ?? 9);

setDefaultCACertificates([readFileSync(TLS.certificate, 'utf8')]);
await using stub = await startStub(TLS);
const clients = clientsOf(stub.url);
console.log(`client of AWS: CPU time of a call or request, SDK and own in turns (medians, Node ${process.version})`);
for (const work of [...callsOf(clients), ...handlersOf(clients, stub.url), await firstSend(stub.url)]) {
  for (const { name, sdkMicros, ownMicros, ratio, quartiles } of await rate(work, ROUNDS)) {
    const [low, high] = quartiles.map((one) => one.toFixed(2));
    console.log(
      `  ${name.padEnd(44)} ${sdkMicros.toFixed(0).padStart(7)} us ${ownMicros.toFixed(0).padStart(7)} us ` +
        `${ratio.toFixed(2).padStart(6)}x (${low}-${high})`,
    );
  }
}
