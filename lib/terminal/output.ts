import { once } from 'node:events';
import type { WriteStream } from 'node:tty';
import { type Palette, terminalPalette } from './palette.ts';

/** Where results go. */
export interface Output extends Palette {
  write(text: string): Promise<void>;
  /** Columns of the terminal; undefined when this is a pipe or a file. */
  readonly terminalWidth: number | undefined;
}

/** Standard output. A reader that has seen enough and closes the pipe (`| head`) ends the process without a complaint. */
export function standardOutput(stream: WriteStream): Output {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1);
  });
  return {
    async write(text) {
      if (!stream.write(text)) {
        await once(stream, 'drain');
      }
    },
    terminalWidth: stream.isTTY ? stream.columns || 80 : undefined,
    ...terminalPalette(stream),
  };
}
