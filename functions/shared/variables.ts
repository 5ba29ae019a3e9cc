/**
 * The only place that reads the environment of a function. It imports nothing: the compact function reads variables too, and
 * must not load the policies for that. A value counts without the white space around it; an empty one counts as not set.
 */

/**
 * The value of a variable that must be set.
 * @param meaning what the variable is for, as the error says it
 * @throws {Error} when it is not set
 */
export function requiredVariable(name: string, meaning: string): string {
  const value = process.env[name]?.trim();
  if (value === undefined || value === '') throw new Error(`environment variable ${name} is not set: ${meaning}`);
  return value;
}

/** Whether a variable is `1`; not set means no. @throws {Error} when it is anything else */
export function isSwitchedOn(name: string): boolean {
  const value = process.env[name]?.trim() ?? '';
  if (value === '' || value === '1') return value === '1';
  throw new Error(`environment variable ${name} is "${value}": expected 1, or nothing`);
}

/** The value of a variable, or `otherwise` where it is not set. */
export function optionalVariable(name: string, otherwise: string): string {
  return process.env[name]?.trim() || otherwise;
}
