/** What an expression of a composite action may read. */
export interface Context {
  readonly inputs: Readonly<Record<string, string>>;
  readonly github: Readonly<Record<string, string>>;
  /** Outputs of the steps that ran. */
  readonly steps: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const EXPRESSION = /\$\{\{\s*(.*?)\s*\}\}/g;
const OPERAND = /^(?:'([^']*)'|inputs\.([a-z-]+)|github\.([a-z_]+)|steps\.([a-z]+)\.outputs\.([a-z-]+))$/;

/** A text with its expressions replaced; an output that no step has set is empty, as for the runner. */
export function resolved(text: string, context: Context): string {
  return text.replace(EXPRESSION, (_, expression: string) => operand(expression, context));
}

/**
 * Whether a step runs. Without `always()` a step runs only where none before it failed.
 * @throws Error for an expression that this little evaluator does not know
 */
export function holds(condition: string | undefined, context: Context, isFailing: boolean): boolean {
  if (condition === undefined) return !isFailing;
  const terms = condition.replace(EXPRESSION, '$1').split(/\s*&&\s*/);
  const decided = terms.every((term) => {
    if (term === 'always()') return true;
    const [, left = '', operator, right = ''] = /^(\S+) (==|!=) (\S+)$/.exec(term) ?? [];
    if (operator === undefined) throw new Error(`"${term}" is no comparison.`);
    return (operand(left, context) === operand(right, context)) === (operator === '==');
  });
  return decided && (terms.includes('always()') || !isFailing);
}

function operand(text: string, { inputs, github, steps }: Context): string {
  const [whole, literal, input, fact, step, output] = OPERAND.exec(text) ?? [];
  if (whole === undefined) throw new Error(`"${text}" is no operand.`);
  if (literal !== undefined) return literal;
  if (input !== undefined) return known(inputs[input], text);
  if (fact !== undefined) return known(github[fact], text);
  return steps.get(step ?? '')?.get(output ?? '') ?? '';
}

function known(value: string | undefined, name: string): string {
  if (value === undefined) throw new Error(`There is no ${name}.`);
  return value;
}
