/** Names for a message, of which a long list is cut off. */
export function nameList(names: readonly (string | number)[], most = 6): string {
  if (names.length === 0) return 'nothing';
  return names.length > most ? `${names.slice(0, most).join(', ')} and ${names.length - most} more` : names.join(', ');
}
