import { ImapSyntaxError } from './parser.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY_MS = 86_400_000;

/** A date-time (RFC 9051 §9), in UTC. */
export function formatDateTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `${day}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()} ${time} +0000`;
}

/** Reads a date-time (RFC 9051 §9). @throws ImapSyntaxError */
export function parseDateTime(text: string): Date {
  const match = /^([ \d]\d)-([A-Za-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/.exec(text);
  const month = MONTHS.findIndex((name) => name.toLowerCase() === match?.[2]?.toLowerCase());
  if (!match || month < 0) throw new ImapSyntaxError('a date and time');
  const [day, year, hours, minutes, seconds, zoneHours, zoneMinutes] = [1, 3, 4, 5, 6, 8, 9].map((at) =>
    Number(match[at]),
  );
  const zone = ((zoneHours ?? 0) * 60 + (zoneMinutes ?? 0)) * (match[7] === '-' ? 1 : -1);
  return new Date(Date.UTC(year ?? 0, month, day, hours, (minutes ?? 0) + zone, seconds));
}

/** Days since 1970 of a date (RFC 9051 §9), as search keys compare them. @throws ImapSyntaxError */
export function parseDay(text: string): number {
  const match = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(text);
  const month = MONTHS.findIndex((name) => name.toLowerCase() === match?.[2]?.toLowerCase());
  if (!match || month < 0) throw new ImapSyntaxError('a date');
  return Date.UTC(Number(match[3]), month, Number(match[1])) / DAY_MS;
}

export function dayOf(date: Date): number {
  return Math.floor(date.getTime() / DAY_MS);
}
