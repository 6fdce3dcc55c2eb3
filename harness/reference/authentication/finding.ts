/** What one method found out about a message, as the results field tells it (RFC 8601 §2.2). */
export interface Finding {
  /** Such as `spf`. */
  readonly method: string;
  /** Such as `pass`. */
  readonly result: string;
  /** Name and value of the properties, such as `smtp.mailfrom`. */
  readonly properties: readonly (readonly [name: string, value: string])[];
}
