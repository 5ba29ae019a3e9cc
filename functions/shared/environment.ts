/** The only place that reads the environment of a function. */

/** @throws {Error} when the variable is not set, naming it and what it is for */
export function requiredVariable(name: string, meaning: string): string {
  const value = process.env[name]?.trim();
  if (value === undefined || value === '') throw new Error(`environment variable ${name} is not set: ${meaning}`);
  return value;
}

/** The variable, or `otherwise` where it is not set. */
export function optionalVariable(name: string, otherwise: string): string {
  return process.env[name]?.trim() || otherwise;
}
