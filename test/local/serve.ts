// A Tailgate in a process of its own, impatient enough for a test: serve.ts <data folder> local|engines
import { startLocal } from '../../lib/local/start.ts';
import { parseSamplingConfig } from '../../lib/sampling/config/parse-sampling-config.ts';
import { startOnEngines } from '../support/engines/start-on-engines.ts';

const parsed = parseSamplingConfig('decision_wait: 1s\npolicies: [{ name: all, type: always_sample }]');
if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
const print = (message: string, fields: Record<string, unknown>) => console.log(JSON.stringify({ message, ...fields }));
const start = process.argv[3] === 'engines' ? startOnEngines : startLocal;
const tailgate = await start({
  host: '127.0.0.1',
  port: 0,
  dataDir: process.argv[2] ?? '',
  config: parsed.config,
  keys: [],
  log: { debug() {}, info: print, warn: print, error: print },
  decideSettings: { claimTimeoutMs: 2_000, continuationDelayMs: 1_000 },
  visibilityTimeoutSeconds: 2,
});
console.log(JSON.stringify({ message: 'ready', url: tailgate.url }));
