// Stands in for the native addon of the runtime interface client, which is libcurl: posts answers to the Runtime API.
// The client asks for the next invocation through Node.js itself (AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1).
const { request } = require('node:http');

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');

function post(requestId, outcome, body) {
  const path = `/2018-06-01/runtime/invocation/${requestId}/${outcome}`;
  // The next invocation is asked for on another connection, so that an answer lost here shows as one that never comes.
  request({ hostname, port, path, method: 'POST', headers: { 'content-type': 'application/json' } })
    .on('error', () => process.exit(1))
    .end(body);
}

module.exports = {
  initializeClient() {},
  done: (requestId, body) => post(requestId, 'response', body),
  error: (requestId, body) => post(requestId, 'error', body),
};
