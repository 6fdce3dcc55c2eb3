/**
 * What a target recorded about a message. Where that is that the DNS failed for now, one answer may have been late, of
 * this machine too: the message is tried once more, as one of its own, and the second try decides.
 * @param attempt `nth`: 1, or 2 for the second try
 */
export async function pastLateAnswers<Outcome>(
  attempt: (nth: 1 | 2) => Promise<Outcome>,
  recorded: (outcome: Outcome) => readonly string[],
): Promise<Outcome> {
  const outcome = await attempt(1);
  return recorded(outcome).includes('temperror') ? attempt(2) : outcome;
}
