/** A number with its noun: `1 check`, `2 checks`. */
export function some(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
