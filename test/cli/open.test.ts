import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { open } from '../../lib/cli/commands/open.ts';
import { type OpenInput, runOpen } from '../../lib/cli/open.ts';
import { startLocal } from '../../lib/local/start.ts';
import { browserCommand } from '../../lib/terminal/open-browser.ts';
import { RecordingTerminal } from '../support/recording-terminal.ts';
import { runWith } from '../support/run-command.ts';
import { configFrom } from '../support/sampling-config.ts';
import { silentLog } from '../support/silent-log.ts';
import { startStacks } from '../support/stacks.ts';

const stacks = await startStacks({
  shop: { ReadUrl: 'https://shop.example' },
  blind: { IngestUrl: 'https://a.example' },
});
afterAll(() => stacks.stop());

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tailgate-open-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function start() {
  const config = configFrom('policies: [{ name: all, type: always_sample }]');
  const running = await startLocal({ host: '127.0.0.1', port: 0, dataDir: folder, config, keys: [], log: silentLog });
  onTestFinished(() => running.stop());
  return running;
}

/** Runs the command on a terminal, or in a pipe. */
async function run(
  argv: readonly string[],
  { width = 80, hasBrowser = true }: { width?: number | undefined; hasBrowser?: boolean } = {},
) {
  const opened: string[] = [];
  const openBrowser = async (url: string) => {
    if (hasBrowser) opened.push(url);
    return hasBrowser;
  };
  const createCloudFormation = async () => stacks.client;
  const terminal = new RecordingTerminal(width === undefined ? {} : { width });
  const deps = { openBrowser, createCloudFormation };
  const ran = await runWith<OpenInput>(open, argv, (input, screen) => runOpen(input, screen, deps), terminal);
  return { ...ran, opened };
}

describe('tailgate open', () => {
  it('opens the page of the Tailgate that runs on the data folder', async () => {
    const { url } = await start();
    expect(await run(['--data', folder])).toMatchObject({ code: 0, lines: [url], opened: [url], complaints: [] });
  });

  it('opens the page on a port', async () => {
    const { url } = await start();
    const port = new URL(url).port;
    expect(await run(['--port', port])).toMatchObject({ code: 0, opened: [`http://127.0.0.1:${port}`] });
  });

  it('prints the address alone in a pipe, and says so where there is no browser', async () => {
    const { url } = await start();
    const terminal = new RecordingTerminal();
    const never = () => expect.fail('a pipe has no browser');
    expect(
      await runOpen({ data: folder, port: undefined, stack: undefined }, terminal, {
        openBrowser: never,
        createCloudFormation: never,
      }),
    ).toBe(0);
    expect(terminal.lines).toEqual([url]);
    expect(await run(['--data', folder], { hasBrowser: false })).toMatchObject({
      code: 0,
      lines: [url],
      complaints: ['no browser found: open the address above in one'],
    });
  });

  it('says that nothing runs there, of a folder whose Tailgate was stopped as well', async () => {
    const running = await start();
    const { port } = new URL(running.url);
    await running.stop();
    expect(await run(['--data', folder])).toMatchObject({
      code: 1,
      complaints: [expect.stringContaining(`no Tailgate runs on the data folder ${folder}: start it`)],
    });
    expect(await run(['--port', port])).toMatchObject({
      code: 1,
      lines: [],
      complaints: [
        `error: no Tailgate runs on port ${port}: start it with "tailgate start", or say where it runs with --data or --port`,
      ],
    });
  });

  it('does not take another server for a Tailgate', async () => {
    const other = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    expect(await run(['--port', String(port)])).toMatchObject({ code: 1, opened: [] });
  });

  it('opens the page of a stack', async () => {
    expect(await run(['--stack', 'shop'])).toMatchObject({ code: 0, opened: ['https://shop.example'] });
    expect(await run(['--stack', 'blind'])).toMatchObject({
      code: 1,
      complaints: [
        expect.stringContaining(
          'has no output ReadUrl (URL of the page of kept traces; deploy with -c read=true to have it)',
        ),
      ],
    });
    expect(await run(['--stack', 'shop', '--port', '1'])).toMatchObject({ code: 2 });
  });
});

describe('the browser', () => {
  const command = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv = {}) =>
    browserCommand('http://127.0.0.1:4318/?a=1&b=2', { platform, env });

  it('is that of the system', () => {
    const url = 'http://127.0.0.1:4318/?a=1&b=2';
    expect(command('darwin')).toEqual(['open', url]);
    expect(command('linux', { DISPLAY: ':0' })).toEqual(['xdg-open', url]);
    expect(command('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toEqual(['xdg-open', url]);
    expect(command('win32')).toEqual(['cmd', '/c', 'start', '""', 'http://127.0.0.1:4318/?a=1^&b=2']);
    expect(command('linux', { WSL_DISTRO_NAME: 'Debian' })?.[0]).toBe('cmd.exe');
  });

  it('is none without a display', () => {
    expect(command('linux')).toBeUndefined();
  });
});
