/** Says in one line, for the person who started the pipeline, why it could not start. */
export function explainStartError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port, syscall } = error as NodeJS.ErrnoException & { port?: number };
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return error.message;
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} is in use: stop what listens there, or choose another with --port (0: any free one)`;
    case 'EACCES':
      return `cannot listen on port ${port}: ${error.message}; choose another with --port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `cannot listen: ${error.message}; --host must be an address of this machine`;
    default:
      return error.message;
  }
}
