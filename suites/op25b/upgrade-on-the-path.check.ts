import { check, type Services } from '../../harness/check/check.ts';
import { type Announcement, announcement } from '../../harness/steps/announcement.ts';

export const upgradeSurvivesThePath = check(
  {
    id: 'OP25-005',
    slug: 'upgrade-survives-the-path',
    title: 'STARTTLS on 587 survives the path unmodified',
    sends: 'EHLO, CAPA or CAPABILITY and the upgrade to TLS, from a subscriber and from outside the network',
    demands: 'both see the same capabilities and the same certificate',
    level: 'policy',
    severity: 'high',
    clauses: ['rfc5068#3.1'],
    roles: ['submission', 'pop3', 'imap'],
    needs: ['vantage'],
    effect: 'reads',
    safety: 'safe',
    budget: '60s',
    limits: ['A mail filter on the machine of the vantage looks like one in the network.'],
    kills: ['network-rewrites-starttls'],
  },
  async (services) => {
    const { lab, role, verify, inconclusive, notApplicable } = services;
    const network = lab().network();
    const control = await look(services, network.open);
    const again = await look(services, network.open);
    const { upgrade } = control;
    if (listOf(control) !== listOf(again) || control.certificate !== again.certificate) {
      inconclusive(
        'precondition',
        `${role} does not answer alike twice: ${listOf(control)}, then ${listOf(again)}.`,
      );
    }
    if (!control.capabilities.includes(upgrade))
      notApplicable(`${role} offers no ${upgrade} to anybody.`, `announced: ${listOf(control)}`);
    const seen = await look(services, network.subscriber);
    verify.that(seen.capabilities.includes(upgrade), {
      demand: `a subscriber is offered ${upgrade} on ${role}`,
      expected: upgrade,
      actual: listOf(seen),
    });
    verify.equal(
      seen.certificate,
      control.certificate,
      `a subscriber upgrades ${role} and sees the certificate of the server`,
    );
    const others = (list: string) => list.replaceAll(new RegExp(`\\b(${upgrade}|X{4,}[A-Z])\\b ?`, 'g'), '');
    verify.ideally.equal(
      others(listOf(seen)),
      others(listOf(control)),
      `the other capabilities of ${role} arrive unchanged`,
    );
  },
);

interface View extends Pick<Announcement, 'capabilities' | 'upgrade'> {
  /** Fingerprint after the upgrade, or what came instead. */
  readonly certificate: string;
}

function listOf({ capabilities }: View): string {
  return capabilities.join(', ') || 'nothing';
}

/** Reads what is announced, upgrades, whether or not that is offered, and closes. */
async function look(services: Services, vantage: string): Promise<View> {
  const announced = await announcement(services, { vantage, at: 'ready' });
  const { capabilities, upgrade, connection } = announced;
  try {
    return { capabilities: capabilities.toSorted(), upgrade, certificate: await certificateOf(announced) };
  } finally {
    connection.close();
  }
}

async function certificateOf({ connection, startTls }: Announcement): Promise<string> {
  try {
    const { positive, text } = await startTls();
    if (!positive) return `refused: ${text}`;
    const fingerprint = connection.session?.socket.getPeerCertificate().fingerprint256;
    return fingerprint === undefined ? 'no certificate' : `SHA-256 ${fingerprint}`;
  } catch (failure) {
    // A handshake that fails, or a connection that ends, is what a device on the path would do.
    const known = ['TlsFailed', 'ConnectionEnded', 'Malformed'];
    if (!(failure instanceof Error) || !known.includes(failure.name)) throw failure;
    return failure.message;
  }
}
