/** Why a file could not be read, in words. */
export function whyUnreadable(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  switch ('code' in error ? error.code : undefined) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'it is a directory; expected a file';
    case 'EACCES':
      return 'permission denied';
    default:
      return error.message;
  }
}
