/** A target was declared rightly and did not come up; the message says what was seen, ready to be printed. */
export class StartFailed extends Error {
  override readonly name = 'StartFailed';
}
