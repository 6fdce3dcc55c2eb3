/** `retry-after` as `retryAfter`. */
type CamelCase<Key> = Key extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Key extends string
    ? Key
    : never;

/** Settings under the names that code reads; what is a list or a mapping itself can only be read. */
export type CamelCased<Settings, Unit extends string = ''> = {
  readonly [Key in keyof Settings as `${CamelCase<Key>}${Unit}`]: Readonly<Settings[Key]>;
};

/** `retry-after` as `retryAfter`: the name that code reads. */
export function camelCase(key: string): string {
  return key.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Settings of a targets file under the names that code reads: `retry-after` as `retryAfter`. What is inside
 * of a value stays as it is.
 * @param unit ends every name: with `Ms`, `retry-after` is `retryAfterMs`
 */
export function camelCased<Settings extends object, const Unit extends string = ''>(
  settings: Settings,
  unit?: Unit,
): CamelCased<Settings, Unit> {
  const renamed = Object.entries(settings).map(([key, value]): [string, unknown] => [
    `${camelCase(key)}${unit ?? ''}`,
    value,
  ]);
  // The compiler cannot follow names through text; `CamelCase` says of types what is done here to keys.
  return Object.fromEntries(renamed) as CamelCased<Settings, Unit>;
}
