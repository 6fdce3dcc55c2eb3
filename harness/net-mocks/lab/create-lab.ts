import { createCertificateStore } from '../certificates/store.ts';
import { mailRoute } from '../dns/mail-route.ts';
import { lookUpPublished } from '../dns/published.ts';
import { startDnsServer } from '../dns/server.ts';
import { TYPE } from '../dns/types.ts';
import { createMailExchange } from '../smtp/mail-exchange.ts';
import { startWebServer } from '../web/server.ts';
import { assembleLab, type LabCore } from './assemble-lab.ts';
import type { Lab } from './lab.ts';
import { type LabOptions, type LabSettings, parseLabOptions } from './options.ts';

/** Starts a lab in this process. */
export async function createLab(options: LabOptions = {}): Promise<Lab> {
  return startLab(parseLabOptions(options, 'options'));
}

/** Starts a lab from options that were read already. If a part cannot start, the others are closed. */
export async function startLab(settings: LabSettings): Promise<LabCore> {
  const certificates = createCertificateStore();
  const dns = await startDnsServer(settings.dns);
  const web = await startWebServer(settings.web, certificates).catch(async (problem: unknown) => {
    await dns.close();
    throw problem;
  });
  const mail = createMailExchange(certificates, {
    route: (domain) =>
      mailRoute((name, type) => lookUpPublished(dns.zones, dns.signer, name, TYPE[type]), domain),
  });
  const endpoints = { dns: dns.endpoint, web: web.endpoint };
  return assembleLab({ certificates, dns, web, mail, endpoints }, settings);
}
