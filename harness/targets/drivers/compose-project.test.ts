import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { obstaclesOf, prepareProject, readProject, type Surroundings } from './compose-project.ts';

const SURROUNDINGS: Surroundings = {
  target: 'shop',
  labels: { 'dev.mailspec.run': 'r$1' },
  imageLabels: { 'dev.mailspec.image': '1' },
  ports: new Map([['mta', [25, 587]]]),
  resolver: '198.51.100.53',
};

const prepared = (yaml: string, surroundings: Partial<Surroundings> = {}) =>
  parse(prepareProject(readProject(yaml, ['always']), { ...SURROUNDINGS, ...surroundings }).whole);

/** As 1.29 and as 2 write the same project. */
const WRITTEN: readonly (readonly [string, string])[] = [
  [
    '1.29',
    `networks:
  back:
    driver_opts: { com.docker.network.bridge.name: br-mail, mtu: "1400" }
    name: mail-back
services:
  extra: { image: x, profiles: [debug] }
  mta:
    build: { context: /srv/mta }
    container_name: mail
    environment: { PW: 1e5, ON: "on", SIGN: a$$b }
    image: example/mta:1
    networks: { back: null, default: null }
    ports:
    - published: 25
      target: 25
    - 0.0.0.0:587:587/tcp
    restart: always
    volumes: [tls:/tls:rw]
  queue: { image: example/mta:1, profiles: [always] }
version: '3.9'
volumes:
  tls: {}
`,
  ],
  [
    '2',
    `name: p
services:
  mta:
    build: { context: /srv/mta, dockerfile: Dockerfile }
    container_name: mail
    environment: { PW: 1e5, ON: "on", SIGN: a$$b }
    image: example/mta:1
    networks: { back: null, default: null }
    ports:
      - { mode: ingress, target: 25, published: "25", protocol: tcp }
      - { mode: ingress, host_ip: 0.0.0.0, target: 587, published: "587", protocol: tcp }
    restart: always
    volumes: [{ type: volume, source: tls, target: /tls, volume: {} }]
  queue:
    image: example/mta:1
    profiles: [always]
    networks: { default: null }
networks:
  back:
    name: mail-back
    driver_opts: { com.docker.network.bridge.name: br-mail, mtu: "1400" }
  default: { name: p_default }
volumes:
  tls: { name: p_tls }
`,
  ],
];

describe.each(WRITTEN)('a project that compose %s has resolved', (_, yaml) => {
  it('is reached on 127.0.0.1 at the ports of the roles, and is apart from others of the same names', () => {
    const { name, version, services, networks, volumes } = prepared(yaml);
    expect({ name, version }).toEqual({ name: undefined, version: undefined });
    expect(Object.keys(services).sort()).toEqual(['mta', 'queue']);
    const { mta, queue } = services;
    expect(mta.ports).toEqual(['127.0.0.1::25', '127.0.0.1::587']);
    expect(queue.ports).toBeUndefined();
    expect(mta.container_name).toBeUndefined();
    expect(mta.networks).toEqual({ back: { aliases: ['mail'] }, default: { aliases: ['mail'] } });
    expect([mta.restart, queue.restart]).toEqual(['no', 'no']);
    const labels = { 'dev.mailspec.run': 'r$$1' };
    expect(networks).toEqual({
      back: { driver_opts: { mtu: '1400' }, labels, internal: true },
      default: { labels, internal: true },
    });
    expect(volumes).toEqual({ tls: { labels } });
    expect([mta.labels, queue.labels]).toEqual([labels, labels]);
  });

  it('builds images under names of its own, for every service that uses them', () => {
    const { mta, queue } = prepared(yaml).services;
    expect([mta.image, queue.image]).toEqual([
      'mailspec-target/shop/mta:latest',
      'mailspec-target/shop/mta:latest',
    ]);
    expect(mta.build.labels).toEqual({ 'dev.mailspec.image': '1' });
  });

  it('keeps scalars as they were written, whatever YAML a reader takes them for', () => {
    const { whole: text } = prepareProject(readProject(yaml, []), SURROUNDINGS);
    expect(text).toMatch(/PW: 1e5\b/);
    expect(text).toMatch(/ON: "on"/);
    expect(text).toMatch(/SIGN: a\$\$b/);
  });

  it('without a lab keeps its networks open and its name servers', () => {
    const { services, networks } = prepared(yaml, { resolver: undefined });
    expect(networks.default).toEqual({ labels: { 'dev.mailspec.run': 'r$$1' } });
    expect(services.mta.dns).toBeUndefined();
  });
});

it('can be made without an order, and keeps the order for the start', () => {
  const yaml = `services:
  mta: { image: a, depends_on: { once: { condition: service_completed_successfully } } }
  once: { image: a }
`;
  const { whole, unordered } = prepareProject(readProject(yaml, []), SURROUNDINGS);
  expect(parse(whole).services.mta.depends_on).toEqual({
    once: { condition: 'service_completed_successfully' },
  });
  expect(parse(unordered).services.mta.depends_on).toBeUndefined();
});

it('asks the lab for names, but a name server of the project where it has one', () => {
  const { services } = prepared(`services:
  mta: { image: a, dns: [172.31.9.53], networks: { back: null } }
  other: { image: a, dns: [192.0.2.53], networks: { back: null } }
  side: { image: a, network_mode: "service:mta" }
networks:
  back: { ipam: { config: [{ subnet: 172.31.9.0/24 }] } }
`);
  expect(services.mta.dns).toEqual(['172.31.9.53']);
  expect(services.other.dns).toEqual(['198.51.100.53']);
  expect(services.side.dns).toBeUndefined();
});

it('takes networks that others are in for networks of the project', () => {
  const { networks } = prepared(`services:
  mta: { image: a, networks: { web: null } }
networks:
  web: { name: traefik, external: true }
`);
  expect(networks).toEqual({ web: { labels: { 'dev.mailspec.run': 'r$$1' }, internal: true } });
});

it.each([
  [
    'services: { mta: { image: a, network_mode: host } }',
    'The service mta has "network_mode: host", by which it could be reached from elsewhere; it needs a network of the project.',
  ],
  [
    'services: { mta: { image: a, network_mode: "container:x" } }',
    'The service mta has "network_mode: container:x", by which it could be reached from elsewhere; it needs a network of the project.',
  ],
  [
    'services: { mta: { image: a, external_links: [db] } }',
    'The service mta has "external_links" to containers that are not of the project.',
  ],
  [
    'services: { mta: { image: a } }\nnetworks: { lan: { driver: macvlan } }',
    'The network lan has "driver: macvlan", which may reach beyond this machine; only bridge stays on it.',
  ],
  [
    'services: { mta: { image: a } }\nvolumes: { mail: { external: true, name: mail } }',
    'The volume mail is external: an audit would write into data that is not its own. A further compose file can replace it.',
  ],
  ['services: { mta: { image: a }, side: { image: a, network_mode: "service:mta" } }', undefined],
])('refuses what is reached by others or belongs to them: %s', (yaml, sentence) => {
  expect(obstaclesOf(readProject(yaml, []))).toEqual(sentence === undefined ? [] : [sentence]);
});
