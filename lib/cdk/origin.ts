/** `undefined`, or what is wrong with an origin for CORS. */
export function originProblem(origin: string): string | undefined {
  if (origin === '*' || (URL.canParse(origin) && /^https?:/.test(origin) && new URL(origin).origin === origin)) {
    return undefined;
  }
  return `corsOrigins: "${origin}": expected an origin as browsers send it, e.g. https://shop.example, or "*" for all`;
}
