import type { TargetRecord } from './record.ts';

/** What the audit of a server that runs already was permitted, and by whom, in one line; null for what a run made itself. */
export function guestLine({ guest }: Pick<TargetRecord, 'guest'>): string | null {
  if (!guest) return null;
  const { permissions, authority, contact } = guest;
  return [
    `As a guest, the audit was permitted: ${permissions.join(', ') || 'nothing'}.`,
    ...(authority === null ? [] : [`Authorised by: ${authority}.`]),
    ...(contact === null ? [] : [`Whom to ask: ${contact}.`]),
  ].join(' ');
}
