/** The symbol by which kafkajs keeps something to itself. Throws TypeError where this version of it has none such. */
export function privateSymbol(owner: object, description: string): symbol {
  const symbols = Object.getOwnPropertySymbols(owner);
  const found = symbols.find((symbol) => symbol.description === description);
  if (found === undefined) throw new TypeError(`this version of kafkajs has no ${description}`);
  return found;
}
