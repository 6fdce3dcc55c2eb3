import { CR, LF, NUL } from '../../wire/bytes.ts';
import { takesStrayOctets } from '../message/mishandling.ts';
import type { Site } from '../site.ts';
import { TEXT_LINE_LIMIT } from './limits.ts';
import { type Reply, reply } from './reply.ts';

export const TOO_LARGE = reply(552, '5.3.4', 'Message size exceeds fixed limit');
export const TOO_LONG_LINE = reply(554, '5.6.0', `Line longer than ${TEXT_LINE_LIMIT} octets`);
const STRAY_OCTETS = reply(554, '5.6.0', 'Bare CR, bare LF and NUL are not allowed in a message');

/** Why a line of text is not taken, if so: too long, or octets that other servers would read otherwise. */
export function objectionToLine(site: Site, text: Buffer): Reply | undefined {
  if (text.length > TEXT_LINE_LIMIT && !site.faulty('message-breaks-overlong-lines')) return TOO_LONG_LINE;
  const strays = text.includes(CR) || text.includes(LF) || text.includes(NUL);
  return strays && !takesStrayOctets(site, text) ? STRAY_OCTETS : undefined;
}
