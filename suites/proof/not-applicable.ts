/** Checks for which a good server has nothing to show, and why. */
export const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['PBS-003', 'PBS-007', 'PBS-008', 'PBS-009'].map((id) => [
      id,
      'the reference server does not offer POP before SMTP, which is what it should do',
    ]),
  ),
  'PTA-002': 'the mx of the reference server offers no AUTH in either phase, which is what it should do',
  'STLS-029': 'the reference server begins no login before TLS, so none can go on inside it',
  'STLS-025': 'the reference server takes no login before TLS, so none can survive the upgrade',
};
