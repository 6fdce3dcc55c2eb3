/** An archive that is not what mailspec seals. The message is a sentence. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
