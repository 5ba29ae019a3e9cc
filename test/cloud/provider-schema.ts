/** What the AWS provider takes: see provider-schema.json, and read-provider-schema.ts for where it comes from. */
export interface ProviderSchema {
  readonly provider: string;
  readonly resources: Readonly<Record<string, BlockSchema>>;
  readonly dataSources: Readonly<Record<string, BlockSchema>>;
}

export interface BlockSchema {
  /** By name: `string required`, `list(string) computed optional`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly blocks?: Readonly<
    Record<string, BlockSchema & { readonly nesting: 'list' | 'set'; readonly required: boolean }>
  >;
}
