/** One policy that drops, two that keep; nothing is kept by chance. */
export const THREE_POLICIES = `
decision_wait: 30s
policies:
  - { name: no-health, type: drop, drop: { drop_sub_policy: [{ name: health, type: string_attribute, string_attribute: { key: service.name, values: [health] } }] } }
  - { name: errors, type: status_code, status_code: { status_codes: [ERROR] } }
  - { name: slow, type: latency, latency: { threshold_ms: 1000 } }
`;
