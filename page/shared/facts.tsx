export type Fact = readonly [name: string, value: string];

/** What is known of something, by name. */
export function Facts({ facts, isSmall = false }: { readonly facts: readonly Fact[]; readonly isSmall?: boolean }) {
  return (
    <dl class={isSmall ? 'facts small' : 'facts'}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
