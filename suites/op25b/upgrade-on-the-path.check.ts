import { check, ROLES, type Services, type SmtpClient } from '../../harness/check/check.ts';

export const upgradeSurvivesThePath = check(
  {
    id: 'OP25-005',
    slug: 'upgrade-survives-the-path',
    title: 'STARTTLS on 587 survives the path unmodified',
    sends: 'EHLO, CAPA or CAPABILITY and the upgrade to TLS, from a subscriber and from outside the network',
    demands: 'both see the same capabilities and the same certificate',
    level: 'policy',
    severity: 'high',
    clauses: ['rfc3207#6', 'rfc8314#4'],
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
    const upgrade = ROLES[role].protocol === 'pop3' ? 'STLS' : 'STARTTLS';
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
    verify.that(seen.certificate === control.certificate, {
      demand: `a subscriber upgrades ${role} and sees the certificate of the server`,
      expected: control.certificate,
      actual: seen.certificate,
    });
    const others = (list: string) => list.replaceAll(new RegExp(`\\b(${upgrade}|X{4,}[A-Z])\\b ?`, 'g'), '');
    verify.ideally.that(others(listOf(seen)) === others(listOf(control)), {
      demand: `the other capabilities of ${role} arrive unchanged`,
      expected: listOf(control),
      actual: listOf(seen),
    });
  },
);

interface View {
  readonly capabilities: readonly string[];
  /** Fingerprint behind the upgrade, or what came instead. */
  readonly certificate: string;
}

function listOf({ capabilities }: View): string {
  return capabilities.join(', ') || 'nothing';
}

async function look({ role, smtp, pop3, imap, target }: Services, vantage: string): Promise<View> {
  const options = { vantage, at: 'ready' } as const;
  switch (ROLES[role].protocol) {
    case 'smtp': {
      const client = await smtp(options);
      const capabilities = [...(client.capabilities?.keywords ?? [])].map((pair) => pair.join(' ').trim());
      return { capabilities: capabilities.sort(), certificate: await upgraded(client, '220') };
    }
    case 'pop3': {
      const client = await pop3(options);
      const keywords = client.capabilities?.keywords ?? new Map<string, string>();
      const capabilities = [...keywords].map((pair) => pair.join(' ').trim());
      return { capabilities: capabilities.sort(), certificate: await upgraded(client, '+OK') };
    }
    case 'imap': {
      const client = await imap(options);
      return {
        capabilities: [...(client.capabilities ?? [])].sort(),
        certificate: await upgraded(client, 'OK'),
      };
    }
  }

  /** Upgrades, whether or not that is offered, and closes. */
  async function upgraded(
    client: Pick<SmtpClient, 'connection'> & {
      startTls(options: { serverName: string }): Promise<{ code?: unknown; status?: unknown; text: string }>;
    },
    positive: string,
  ): Promise<string> {
    try {
      const goAhead = await client.startTls({ serverName: target.hostname });
      if (![String(goAhead.code), String(goAhead.status)].includes(positive))
        return `refused: ${goAhead.text}`;
      const fingerprint = client.connection.session?.socket.getPeerCertificate().fingerprint256;
      return fingerprint === undefined ? 'no certificate' : `SHA-256 ${fingerprint}`;
    } catch (failure) {
      // A handshake that fails, or a connection that ends, is what a device on the path would do.
      const known = ['TlsFailed', 'ConnectionEnded', 'Malformed'];
      if (!(failure instanceof Error) || !known.includes(failure.name)) throw failure;
      return failure.message;
    } finally {
      client.connection.close();
    }
  }
}
