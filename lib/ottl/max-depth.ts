/**
 * How deep the parts of a condition may be nested: parentheses, lists, maps, calls, indices and `not`. Each operator of a
 * sum or product counts too, as what is left of it is its operand. What is made of a condition is walked by recursion.
 */
export const MAX_CONDITION_DEPTH = 100;

/** How deep the data that a converter reads may be: JSON, XML. The Collector goes to 10,000. */
export const MAX_DATA_DEPTH = 1000;
