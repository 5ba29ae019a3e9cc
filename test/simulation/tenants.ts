/** Those whose keys exporters send where the pipeline has tenants. */
export const TENANTS = ['blue', 'red'] as const;
