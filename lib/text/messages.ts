const MAX_LENGTH = 60;

/** A found text, as a message shows it: cut when it is long. */
export function shortened(text: string): string {
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

/** `1 trace`, `2 traces`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

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
