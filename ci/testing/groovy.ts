/** Braces and parentheses of a pipeline that are not closed, or that close another one; texts and comments do not count. */
export function unclosed(pipeline: string): readonly string[] {
  const code = pipeline.replace(/'''[\s\S]*?'''|'[^'\n]*'|"[^"\n]*"|\/\/.*/g, '');
  const open: string[] = [];
  for (const [sign] of code.matchAll(/[(){}]/g)) {
    if (sign === '(' || sign === '{') open.push(sign);
    else if (open.pop() !== (sign === ')' ? '(' : '{')) return [...open, sign];
  }
  return open;
}
