/**
 * The only place that reads the environment of a function. It imports nothing: the compact function reads variables too, and must not
 * load the policies for that.
 */

/** All variables, for what follows those of the AWS SDK. */
export const ENVIRONMENT: Readonly<Record<string, string | undefined>> = process.env;

/**
 * A variable that must be set.
 *
 * @param meaning what it is for, for the message
 * @throws {Error} when it is not set or blank
 */
export function requiredVariable(name: string, meaning: string): string {
  const value = process.env[name]?.trim();
  if (value === undefined || value === '') throw new Error(`environment variable ${name} is not set: ${meaning}`);
  return value;
}

/**
 * A switch: a variable that is `1`, or not set.
 *
 * @throws {Error} when it is anything else
 */
export function isSwitchedOn(name: string): boolean {
  const value = process.env[name]?.trim() ?? '';
  if (value === '' || value === '1') return value === '1';
  throw new Error(`environment variable ${name} is "${value}": expected 1, or nothing`);
}

/** The variable, or `otherwise` where it is not set. */
export function optionalVariable(name: string, otherwise: string): string {
  return process.env[name]?.trim() || otherwise;
}
