import { check } from '../../harness/check/check.ts';
import { serversAreReached } from '../../harness/steps/controls/servers-are-reached.ts';
import { makeTargetSend, OUTGOING_MAIL } from '../../harness/steps/make-target-send.ts';
import { deliveries } from '../../harness/steps/waits.ts';
import { sessionsWithUpgrade, watchDelivery } from './outgoing-mail.ts';

const common = {
  ...OUTGOING_MAIL,
  buildsOn: [serversAreReached],
  budget: '15s',
  waits: deliveries(1),
} as const;

/** Hash of a signature algorithm of TLS 1.2: MD5 and SHA-1 (RFC 5246 §7.4.1.4.1). */
const WEAK_HASHES = [1, 2];
/** The first number of TLS 1.3, where the upper octet is no hash any more (RFC 8446 §4.2.3). */
const NO_HASHES_FROM = 0x0700;
/** Groups of less than 224 bits, and curves that a peer makes up (RFC 8422 §5.1.1). */
const isWeakGroup = (group: number) => group < 20 || group === 0xff01 || group === 0xff02;
const written = (number: number) => `0x${number.toString(16).padStart(4, '0')}`;

export const senderOffersCurrentAlgorithms = check(
  {
    ...common,
    id: 'STLS-027',
    slug: 'sender-offers-current-algorithms',
    title: 'Outbound: the ClientHello offers no broken signature algorithms or groups',
    sends: 'as the first account: a message to a domain whose mail server offers STARTTLS',
    demands: 'the ClientHello lists no signatures with MD5 or SHA-1 and no group of less than 224 bits',
    level: 'MUST',
    worst: 'warn',
    severity: 'low',
    clauses: ['rfc9155#2', 'rfc8422#5.1.1', 'bsi-tr-03108#4.1.4'],
    kills: ['outbound-offers-weak-algorithms'],
    limits: [
      'A weak handshake is still better than none where TLS is opportunistic, so nothing worse than a warning comes of it.',
    ],
  },
  async (services) => {
    const { lab, target, verify, notApplicable, inconclusive } = services;
    if (target.claims.smarthost?.tls === 'none')
      notApplicable('All mail goes to a smarthost without TLS.', 'claims: smarthost: tls: none');
    const receiver = await lab().receiver({ label: 'reads-hello' });
    const { sessions } = await watchDelivery(services, receiver);
    const hellos = sessions.flatMap(({ tls }) => tls?.clientHello ?? []);
    if (hellos.length === 0)
      return inconclusive('precondition', 'The target sent no ClientHello that can be read.');
    for (const { signatureAlgorithms, groups } of hellos) {
      const weak = signatureAlgorithms.filter(
        (algorithm) => algorithm < NO_HASHES_FROM && WEAK_HASHES.includes(algorithm >> 8),
      );
      verify.ideally.that(weak.length === 0, {
        demand: 'no signature with MD5 or SHA-1 is offered',
        expected: 'none of 0x01.. and 0x02..',
        actual: `${signatureAlgorithms.map(written).join(' ')}`,
      });
      verify.ideally.that(!groups.some(isWeakGroup), {
        demand: 'no group of less than 224 bits is offered',
        expected: 'none below 0x0014',
        actual: groups.map(written).join(' '),
      });
    }
  },
);

/** Record type of an alert (RFC 5246 §6.2.1). */
const ALERT = 21;

export const foreignSuiteEndsHandshake = check(
  {
    ...common,
    needs: [...common.needs, 'own-delivery'],
    id: 'STLS-028',
    slug: 'foreign-suite-ends-handshake',
    title: 'Outbound: a cipher suite that was not offered ends the handshake',
    sends:
      'as the first account: a message to a domain whose mail server answers the ClientHello with a suite that is not in it',
    demands: 'the target ends the handshake with an alert, or by closing, and sends nothing else',
    level: 'MUST',
    severity: 'medium',
    clauses: ['rfc5246#7.4.1.3', 'rfc8446#4.1.3', 'bsi-tr-03108#4.1.4'],
    kills: ['outbound-goes-on-with-foreign-suite'],
  },
  async (services) => {
    const { lab, verify, inconclusive } = services;
    const receiver = await lab().receiver({
      label: 'selects-foreign',
      script: [{ stage: 'handshake', handshake: 'unoffered-suite' }],
    });
    await makeTargetSend(services, [`probe@${receiver.domain}`]);
    const sessions = await sessionsWithUpgrade(services, receiver);
    const answers = sessions.flatMap(({ tls }) => tls?.clientAnswer ?? []);
    if (answers.length === 0)
      return inconclusive('precondition', 'The target sent no ClientHello that can be answered.');
    for (const answer of answers) {
      verify.that(answer.length === 0 || answer[0] === ALERT, {
        demand: 'a suite that was not offered is not taken',
        expected: 'an alert, or the end of the connection',
        actual: answer.length === 0 ? 'the end of the connection' : answer,
      });
    }
  },
);
