const MAX_LENGTH = 60;

/** A text of the data in a message: in quotes, and cut where it is long. */
export function shown(text: string): string {
  return JSON.stringify(text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text);
}
