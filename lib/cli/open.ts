import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { listeningOn } from '../local/data-folder.ts';
import { pageUrl } from '../local/listening.ts';
import { CommandError, type ExitCode } from '../terminal/errors.ts';
import { openBrowser } from '../terminal/open-browser.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { DATA_FOLDER } from './commands/options.ts';

export interface OpenInput {
  readonly data: string;
  readonly port: number | undefined;
  readonly stack: string | undefined;
}

export interface OpenDeps {
  /** Resolves to whether there is a browser. */
  readonly openBrowser: (url: string) => Promise<boolean>;
  /** Called for a stack only: the SDK takes a while to load. */
  readonly createCloudFormation: () => Promise<CloudFormationClient>;
}

const DEPS: OpenDeps = {
  openBrowser,
  createCloudFormation: async () => (await import('./stack.ts')).createCloudFormationClient(),
};

/** Where `tailgate start` listens by default. */
const DEFAULT_PORT = 4318;
/** Of an answer. What does not answer soon on this machine is something else. */
const TIMEOUT_MS = 3_000;

/** Prints the address of the page, and opens it where there is a browser. */
export async function runOpen(input: OpenInput, terminal: Terminal, deps = DEPS): Promise<ExitCode> {
  const url = input.stack === undefined ? await urlHere(input) : await urlOfStack(input.stack, deps);
  terminal.print(url);
  // In a pipe the address is what is wanted.
  if (terminal.width === undefined) return 0;
  if (!(await deps.openBrowser(url))) terminal.complain('no browser found: open the address above in one');
  return 0;
}

async function urlHere({ data, port }: OpenInput): Promise<string> {
  // Another folder than the default one was asked for: what listens on the default port has other traces.
  const otherwise = data === DATA_FOLDER ? DEFAULT_PORT : undefined;
  const at = port === undefined ? (listeningOn(data) ?? onPort(otherwise)) : onPort(port);
  const url = at === undefined ? undefined : pageUrl(at);
  if (url === undefined || !(await isTailgate(url))) {
    const where = port === undefined ? `the data folder ${data}` : `port ${port}`;
    throw new CommandError(
      `no Tailgate runs on ${where}: start it with "tailgate start", or say where it runs with --data or --port`,
    );
  }
  const page = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!page.ok) {
    throw new CommandError(
      `the Tailgate at ${url} has no page: in a clone of the repository the page needs what "npm ci" installs without --omit=dev`,
    );
  }
  return url;
}

function onPort(port: number | undefined): string | undefined {
  return port === undefined ? undefined : `http://127.0.0.1:${port}`;
}

/** Whether what listens there answers as Tailgate does. */
async function isTailgate(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return answer.ok && (await answer.text()) === 'ok\n';
  } catch {
    return false;
  }
}

async function urlOfStack(name: string, { createCloudFormation }: OpenDeps): Promise<string> {
  const { readStackOutputs } = await import('./stack.ts');
  return (await readStackOutputs(await createCloudFormation(), name, ['ReadUrl'])).ReadUrl;
}
