import { control, type Finding, type RecordedResult, type Services } from '../../check/check.ts';
import { compose } from '../compose.ts';
import { RECEIVED_MAIL } from '../offer.ts';
import { ordinaryRecords } from '../sender-domain.ts';
import { deliveries } from '../waits.ts';

/** Methods by which mail from strangers is checked. */
export type Method = 'spf' | 'dkim' | 'dmarc';

/** What became of a message to which nobody objects. */
export interface OrdinaryMail extends Finding {
  /** The domain of sender, author and signature. */
  readonly domain: string;
  /** What the target recorded about it, topmost first. */
  readonly results: readonly RecordedResult[];
  /** Methods whose record of the domain the target asked for. */
  readonly asked: ReadonlySet<Method>;
  /** Why results of a method say nothing; a method that is left out raises no doubt. */
  readonly doubts: ReadonlyMap<Method, string>;
}

const SELECTOR = 'ordinary';

/**
 * A message that passes SPF, DKIM and DMARC, of a domain that has all that servers look for, is taken, and what is
 * recorded about it comes from the DNS of the lab. A server that refuses it refuses for a reason of its own, which no
 * refusal of another message can be told from. Costs one message.
 */
export const ordinaryMailIsTaken = control(
  {
    ...RECEIVED_MAIL,
    id: 'ordinary-mail-is-taken',
    title: 'A message of a stranger with everything in order is taken',
    budget: '30s',
    waits: deliveries(1),
  },
  async (services): Promise<OrdinaryMail> => {
    const { lab, authentication, account, nonce, offer, inMailbox, inconclusive } = services;
    const { dkim } = authentication;
    const world = lab();
    const domain = world.domain('ordinary');
    const key = await dkim.signingKey('rsa-2048');
    const text = (name: string, data: string) => ({
      name,
      type: 'TXT' as const,
      data: dkim.txtStrings(data),
    });
    const places: Readonly<Record<Method, string>> = {
      spf: domain,
      dkim: `${SELECTOR}._domainkey.${domain}`,
      dmarc: `_dmarc.${domain}`,
    };
    await world.dns.publish(domain, [
      ...ordinaryRecords(domain, world.addresses.sink),
      text(places.spf, `v=spf1 ip4:${world.vantages[0]?.address} -all`),
      text(places.dkim, dkim.keyRecord(key)),
      text(places.dmarc, 'v=DMARC1; p=reject'),
    ]);
    const sender = `author@${domain}`;
    const token = `${nonce}-ordinary`;
    const message = compose(services, { from: sender, to: account().address, token, idDomain: domain });
    const content = dkim.signed(message, { domain, selector: SELECTOR, key });
    const offered = await offer({ sender, content });
    const stored = offered.disposition === 'accepted' ? await inMailbox({ token, sent: content }) : null;
    const queries = await world.dns.queries();
    const asked = new Set(
      (['spf', 'dkim', 'dmarc'] as const).filter((method) =>
        queries.some(({ name, type }) => type === 'TXT' && name.toLowerCase() === places[method]),
      ),
    );
    const astray = queries.length === 0 ? ' The DNS of the lab was asked nothing about its sender.' : '';
    if (offered.disposition !== 'accepted')
      return inconclusive(
        'precondition',
        `A message that passes SPF, DKIM and DMARC is not taken either, so a refusal says nothing: ${offered.stage}: ${offered.line}.${astray}`,
      );
    if (!stored)
      return inconclusive(
        'precondition',
        'A message with everything in order was taken and is in no mailbox.',
      );
    const { results } = stored;
    const said = results.map(({ method, result }) => `${method}=${result}`).join(' ') || 'nothing';
    const line = `recorded ${said}, records of ${[...asked].join(', ') || 'nothing'} asked for`;
    return { domain, results, asked, doubts: doubtsAbout(results, asked, places), line };
  },
);

function doubtsAbout(
  results: readonly RecordedResult[],
  asked: ReadonlySet<Method>,
  places: Readonly<Record<Method, string>>,
): ReadonlyMap<Method, string> {
  const doubts = new Map<Method, string>();
  for (const method of ['spf', 'dkim', 'dmarc'] as const) {
    const words = results.filter((one) => one.method === method).map(({ result }) => result);
    // A signature that nobody looked at is recorded as none.
    const told = method === 'dkim' ? words.filter((word) => word !== 'none') : words;
    if (told.length === 0 || told.includes('pass')) continue;
    const seen = `${method}=${told.join(', ')} was recorded for a message that passes`;
    if (!asked.has(method))
      doubts.set(
        method,
        `${seen}, and the DNS of the lab was never asked for ${places[method]}: something else answers for it, such as a resolver that was not told of the lab.`,
      );
    else if (told.includes('temperror'))
      doubts.set(
        method,
        `${seen}, and what the DNS of the lab says about ${places[method]} was not believed: a resolver that validates needs the root of the lab as trust anchor.`,
      );
  }
  return doubts;
}

/**
 * Ends the check where the answers of the lab do not reach what evaluates these methods.
 * @throws Inconclusive `environment`
 */
export function assertLookedUp(
  { finding, inconclusive }: Services,
  ...methods: readonly [Method, ...Method[]]
): void {
  const { doubts } = finding(ordinaryMailIsTaken);
  for (const method of methods) {
    const doubt = doubts.get(method);
    if (doubt !== undefined) inconclusive('environment', doubt);
  }
}
