import { type Bytes, parseBytes } from '../input/bytes.ts';
import {
  fieldsOf,
  InputError,
  type Parse,
  parseInteger,
  parseList,
  parseMilliseconds,
  parseOneOf,
  parseString,
} from '../input/parse.ts';
import { CRLF } from '../wire/crlf.ts';
import type { Channel } from '../wire/transcript.ts';

/**
 * The moments at which a rule can act. Those in capitals are commands. `greeting`: the client has
 * connected; `handshake`: its ClientHello has arrived; `auth-end`: an AUTH exchange is complete;
 * `content`: octets of a message are arriving; `end-of-data`: a message is complete; `other`: any other
 * command.
 */
export type SmtpStage =
  | 'greeting'
  | 'EHLO'
  | 'HELO'
  | 'STARTTLS'
  | 'handshake'
  | 'AUTH'
  | 'auth-end'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  | 'content'
  | 'end-of-data'
  | 'BDAT'
  | 'RSET'
  | 'NOOP'
  | 'VRFY'
  | 'QUIT'
  | 'other';

const STAGES = [
  'greeting',
  'EHLO',
  'HELO',
  'STARTTLS',
  'handshake',
  'AUTH',
  'auth-end',
  'MAIL',
  'RCPT',
  'DATA',
  'content',
  'end-of-data',
  'BDAT',
  'RSET',
  'NOOP',
  'VRFY',
  'QUIT',
  'other',
] as const satisfies readonly SmtpStage[];

/** A reply of any number of lines, exact octets, or nothing at all. */
export type SmtpReply = { code: number; lines?: string[] } | { bytes: Bytes; code?: number } | 'none';

/** What goes wrong with a handshake after the ClientHello was read. */
export type BrokenHandshake =
  /** Plaintext instead of a ServerHello. */
  | 'garbage'
  /** A fatal handshake_failure alert. */
  | 'alert'
  | 'close'
  | 'reset'
  /** Nothing, for as long as the client waits. */
  | 'silence'
  /** A ServerHello of TLS 1.2 that selects a cipher suite which the client did not offer. */
  | 'unoffered-suite';

/** One deviation from ordinary behaviour. The first rule of the script that applies is the one that acts. */
export interface SmtpRule {
  stage: SmtpStage;
  /** Only when the command's argument (for `end-of-data`: a recipient) holds this text, whatever the case. */
  contains?: string;
  /** Only in plaintext, or only inside TLS. */
  channel?: Channel;
  /** Lets this many occasions pass first. */
  after?: number;
  /** Acts this often, then is spent; always when absent. */
  times?: number;
  /** What `after` and `times` count: all connections together (when absent) or each one anew. */
  per?: 'server' | 'session';
  /** Waits before the reply. Milliseconds. */
  delayMs?: number;
  /** Instead of the ordinary reply. A code of 2xx or 3xx has the ordinary consequences. */
  reply?: SmtpReply;
  /** Octets right after the reply, in the same segment: a forged later reply, for instance. */
  append?: Bytes;
  /** Sends the reply in pieces of so many octets (a line each when absent) with pauses between them. */
  drip?: { everyMs: number; octets?: number };
  /** What happens after the reply; `silence` keeps the connection and never answers again. */
  afterwards?: 'close' | 'reset' | 'silence';
  /** Only for the stage `handshake`. */
  handshake?: BrokenHandshake;
  /** Only for the stage `content`: acts when so many octets have arrived; 1 when absent. */
  afterOctets?: number;
}

export interface Reply {
  /** Null when nothing is sent. */
  bytes: Buffer | null;
  /** 0 when the octets do not begin with a code. */
  code: number;
}

export interface RuleSettings {
  stage: SmtpStage;
  contains: string | undefined;
  channel: Channel | undefined;
  after: number;
  times: number;
  per: 'server' | 'session';
  delayMs: number;
  reply: Reply | undefined;
  append: Buffer;
  drip: { everyMs: number; octets: number | undefined } | undefined;
  afterwards: 'close' | 'reset' | 'silence' | undefined;
  handshake: BrokenHandshake | undefined;
  afterOctets: number;
}

/** The lines of one reply, joined as RFC 5321 4.2.1 wants it. */
export function writeReply(code: number, lines: readonly string[]): Reply {
  const texts = lines.length === 0 ? [''] : lines;
  const last = texts.length - 1;
  const bytes = texts.map((text, index) => `${code}${index === last ? ' ' : '-'}${text}${CRLF}`).join('');
  return { bytes: Buffer.from(bytes, 'utf8'), code };
}

const parseCode = parseInteger(100, 999);

const parseLine: Parse<string> = (value, path) => {
  const line = parseString(value, path);
  if (/[\r\n]/.test(line))
    throw new InputError(path, 'a reply line cannot hold line breaks; write several lines, or bytes');
  return line;
};

const parseReply: Parse<Reply> = (value, path) => {
  if (value === 'none') return { bytes: null, code: 0 };
  const fields = fieldsOf(value, path);
  const bytes = fields.optional('bytes', parseBytes);
  const lines = fields.optional('lines', parseList(parseLine));
  if (bytes !== undefined && lines !== undefined)
    throw new InputError(path, 'expected either code and lines or bytes, got both');
  const code = bytes === undefined ? fields.required('code', parseCode) : fields.optional('code', parseCode);
  fields.end();
  if (bytes === undefined) return writeReply(code ?? 0, lines ?? []);
  return { bytes, code: code ?? Number(/^\d{3}/.exec(bytes.toString('latin1', 0, 3))?.[0] ?? 0) };
};

const parseDrip: Parse<{ everyMs: number; octets: number | undefined }> = (value, path) => {
  const fields = fieldsOf(value, path);
  const drip = {
    everyMs: fields.required('everyMs', parseMilliseconds),
    octets: fields.optional('octets', parseInteger(1, 65536)),
  };
  fields.end();
  return drip;
};

export const parseRule: Parse<RuleSettings> = (value, path) => {
  const fields = fieldsOf(value, path);
  const rule: RuleSettings = {
    stage: fields.required('stage', parseOneOf(STAGES)),
    contains: fields.optional('contains', parseString)?.toLowerCase(),
    channel: fields.optional('channel', parseOneOf(['plain', 'tls'])),
    after: fields.withDefault('after', parseInteger(0, 1_000_000), 0),
    times: fields.withDefault('times', parseInteger(1, 1_000_000), Number.POSITIVE_INFINITY),
    per: fields.withDefault('per', parseOneOf(['server', 'session']), 'server' as const),
    delayMs: fields.withDefault('delayMs', parseMilliseconds, 0),
    reply: fields.optional('reply', parseReply),
    append: fields.withDefault('append', parseBytes, Buffer.alloc(0)),
    drip: fields.optional('drip', parseDrip),
    afterwards: fields.optional('afterwards', parseOneOf(['close', 'reset', 'silence'])),
    handshake: fields.optional(
      'handshake',
      parseOneOf(['garbage', 'alert', 'close', 'reset', 'silence', 'unoffered-suite']),
    ),
    afterOctets: fields.withDefault('afterOctets', parseInteger(1, 67_108_864), 1),
  };
  if (rule.handshake !== undefined && rule.stage !== 'handshake')
    throw new InputError(`${path}.handshake`, `belongs to the stage handshake, not to ${rule.stage}`);
  if (fields.has('afterOctets') && rule.stage !== 'content')
    throw new InputError(`${path}.afterOctets`, `belongs to the stage content, not to ${rule.stage}`);
  fields.end();
  return rule;
};

export const parseScript: Parse<RuleSettings[]> = parseList(parseRule);

/** What a rule is asked about. */
export interface Occasion {
  stage: SmtpStage;
  /** Texts in which `contains` is looked for. */
  texts: readonly string[];
  channel: Channel;
  octets?: number;
}

/** The script of one server with its counters. */
export interface RuleBook {
  /** Counters of one connection; the result picks the rule for an occasion and counts it as used. */
  openSession(): (occasion: Occasion) => RuleSettings | undefined;
}

export function createRuleBook(rules: readonly RuleSettings[]): RuleBook {
  const ofServer = rules.map(() => 0);
  return {
    openSession() {
      const ofSession = rules.map(() => 0);
      return (occasion) =>
        rules.find((rule, index) => {
          if (!applies(rule, occasion)) return false;
          const counters = rule.per === 'server' ? ofServer : ofSession;
          const seen = counters[index] ?? 0;
          counters[index] = seen + 1;
          return seen >= rule.after && seen < rule.after + rule.times;
        });
    },
  };
}

function applies(rule: RuleSettings, occasion: Occasion): boolean {
  const { contains } = rule;
  return (
    rule.stage === occasion.stage &&
    (rule.channel === undefined || rule.channel === occasion.channel) &&
    (contains === undefined || occasion.texts.some((text) => text.toLowerCase().includes(contains))) &&
    (occasion.octets === undefined || occasion.octets >= rule.afterOctets)
  );
}
