import type { ClientOptions, Services } from '../check/check.ts';

/**
 * For a client that nobody has connected as: servers slow down the next login of an address that has failed one, ever
 * more, until the login says nothing about the password. Where there is no lab, or one in the open, the same few addresses are for everything.
 */
export function fromNewAddress({
  hasLab,
  lab,
}: Pick<Services, 'hasLab' | 'lab'>): Pick<ClientOptions, 'vantage'> {
  return hasLab && !lab().clientsShareAddresses ? { vantage: lab().unusedVantage().name } : {};
}
