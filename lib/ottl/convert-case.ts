/** `some_name`, `some.name-x` → `SomeNameX` (Go package strcase, `ToCamel`). */
export function toCamel(text: string): string {
  const trimmed = text.trim();
  if (trimmed === 'ID') return 'Id';
  let camel = '';
  let raiseNext = true;
  let afterCapital = false;
  for (const character of trimmed) {
    const kind = kindOf(character);
    if (kind === 'low') camel += raiseNext ? character.toUpperCase() : character;
    else if (kind === 'capital') camel += afterCapital && !raiseNext ? character.toLowerCase() : character;
    else if (kind === 'digit') camel += character;
    raiseNext = kind === 'digit' || kind === 'divider';
    afterCapital = kind === 'capital';
  }
  return camel;
}

/** `someName`, `JSONData 2` → `some_name`, `json_data_2` (Go package strcase, `ToSnake`). */
export function toSnake(text: string): string {
  const characters = [...text.trim()];
  let snake = '';
  for (const [i, character] of characters.entries()) {
    const kind = kindOf(character);
    const next = kindOf(characters[i + 1] ?? '');
    const before = kindOf(characters[i - 1] ?? '');
    const written = kind === 'capital' ? character.toLowerCase() : kind === 'divider' ? '_' : character;
    const endsAcronym = kind === 'capital' && next === 'low' && before === 'capital';
    const endsWord =
      (kind === 'capital' && next === 'digit') ||
      (kind === 'low' && (next === 'capital' || next === 'digit')) ||
      (kind === 'digit' && (next === 'capital' || next === 'low'));
    snake += `${endsAcronym ? '_' : ''}${written}${endsWord ? '_' : ''}`;
  }
  return snake;
}

function kindOf(character: string): 'low' | 'capital' | 'digit' | 'divider' | 'other' {
  if (character >= 'a' && character <= 'z') return 'low';
  if (character >= 'A' && character <= 'Z') return 'capital';
  if (character >= '0' && character <= '9') return 'digit';
  return character === '_' || character === ' ' || character === '-' || character === '.' ? 'divider' : 'other';
}
