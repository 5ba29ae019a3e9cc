/** Aborts when somebody presses Ctrl-C or the process is told to end; the second time the process ends at once. */
export function interruption(process: NodeJS.Process): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}
