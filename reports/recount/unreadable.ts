/** A written report that does not follow its own format; the message says what was expected where. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}
