import { OttlEvaluationError } from './ottl-evaluation-error.ts';

/** Whether the last digit of a number is the check digit of those before it (Luhn); blanks do not count. */
export function isValidLuhn(text: string): boolean {
  const digits = text.replaceAll(' ', '');
  if (digits === '') return false;
  if (!/^\d+$/.test(digits)) throw new OttlEvaluationError('IsValidLuhn: expected digits');
  let sum = 0;
  for (const [i, digit] of [...digits].toReversed().entries()) {
    const doubled = Number(digit) * (i % 2 === 1 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
