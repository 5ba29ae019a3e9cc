import type { WriteStream } from 'node:tty';

export interface Progress {
  /** Shows the state as it is now. */
  update(): void;
  /** Shows the last state, and stops. */
  finish(): void;
}

const TERMINAL_INTERVAL_MS = 150;
const PIPE_INTERVAL_MS = 2000;

/** Shows a line that changes: in place on a terminal, now and then as a new line elsewhere. */
export function showProgress(stream: WriteStream, describe: () => string): Progress {
  let shown = '';
  const update = () => {
    const line = describe();
    if (line === shown) return;
    shown = line;
    stream.write(stream.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
  };
  const timer = setInterval(update, stream.isTTY ? TERMINAL_INTERVAL_MS : PIPE_INTERVAL_MS);
  return {
    update,
    finish() {
      clearInterval(timer);
      update();
      if (stream.isTTY) stream.write('\n');
    },
  };
}
