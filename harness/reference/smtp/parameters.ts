import { type Reply, reply } from './reply.ts';
import { isSubmission, type SmtpSession } from './session.ts';

const UNKNOWN_PARAMETER = reply(555, '5.5.4', 'Parameter not recognized or not implemented');
const BAD_PARAMETER = reply(501, '5.5.4', 'Syntax error in parameters');

type ParameterRule = RegExp | 'no-value';

const XTEXT = /^[!-*,-<>-~]*(?:\+[0-9A-F]{2}[!-*,-<>-~]*)*$/;

/** Parameters of MAIL: RFC 1870, 6152, 3461, 6531, 4954. */
export const MAIL_PARAMETERS: Readonly<Record<string, ParameterRule>> = {
  SIZE: /^\d{1,20}$/,
  BODY: /^(7BIT|8BITMIME)$/i,
  RET: /^(FULL|HDRS)$/i,
  ENVID: XTEXT,
  SMTPUTF8: 'no-value',
  AUTH: XTEXT,
};
/** Parameters of RCPT: RFC 3461. */
export const RCPT_PARAMETERS: Readonly<Record<string, ParameterRule>> = {
  NOTIFY: /^(NEVER|(SUCCESS|FAILURE|DELAY)(,(SUCCESS|FAILURE|DELAY)){0,2})$/i,
  ORCPT: /^[A-Za-z0-9-]+;.+$/,
};

/** Why the parameters of MAIL or RCPT are not taken, if so: unknown, not announced here, or malformed. */
export function objectionToParameters(
  session: SmtpSession,
  given: ReadonlyMap<string, string | undefined>,
  known: Readonly<Record<string, ParameterRule>>,
): Reply | undefined {
  for (const [keyword, value] of given) {
    const rule = known[keyword];
    if (!rule && session.site.faulty('smtp-takes-unknown-parameters')) continue;
    if (!rule || !session.hello?.extended || !isAnnounced(session, keyword)) return UNKNOWN_PARAMETER;
    const fits = rule === 'no-value' ? value === undefined : value !== undefined && rule.test(value);
    if (!fits) return BAD_PARAMETER;
  }
  return undefined;
}

function isAnnounced(session: SmtpSession, keyword: string): boolean {
  const { site } = session;
  if (keyword === 'SMTPUTF8' && !site.offers('smtputf8')) return false;
  if (keyword === 'AUTH') return isSubmission(session) && site.offers('smtp-auth');
  const poor = isSubmission(session) && site.faulty('submission-omits-extensions');
  return !(poor && keyword !== 'SIZE');
}
