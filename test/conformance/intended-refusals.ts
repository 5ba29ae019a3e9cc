/** A kind of configuration that the Collector takes and Tailgate refuses on purpose. */
interface IntendedRefusal {
  /** As in {@link INTENDED}. */
  readonly name: string;
  /** Each of the errors that Tailgate reports for it. */
  readonly message: RegExp;
}

const INTENDED_REFUSALS: readonly IntendedRefusal[] = [
  {
    name: 'a configuration without policies is an error',
    message: /^policies: expected at least one policy;|^: expected a tail_sampling configuration, got nothing/,
  },
  {
    name: 'a drop policy without sub-policies is an error',
    message: /expected at least one policy; without any, every/,
  },
  { name: 'an unknown block of options is an error', message: /: unknown key, allowed: / },
  {
    name: 'a wait without a unit, below 0 or over 12 h is an error',
    message: /^decision_wait\w*: expected a duration/,
  },
  {
    name: 'a number that does not fit is an error',
    message: /: expected a (whole )?number.*, got (NaN|-?Infinity|-?\d{10,})$/,
  },
  {
    name: 'a numeric_attribute without bounds is an error',
    message: /: expected min_value or max_value, or both/,
  },
  {
    name: 'maximum_trace_size_bytes and span-ingest are not supported',
    message: /^maximum_trace_size_bytes: is not supported|^sampling_strategy: "span-ingest" is not supported/,
  },
];

/** The intended refusals that these errors, one a line, come from; undefined when one of them is not intended. */
export function intendedRefusals(errors: string): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  for (const error of errors.split('\n')) {
    const intended = INTENDED_REFUSALS.find(({ message }) => message.test(error));
    if (intended === undefined) return undefined;
    names.add(intended.name);
  }
  return names;
}
