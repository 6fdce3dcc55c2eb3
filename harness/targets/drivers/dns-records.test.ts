import { describe, expect, it } from 'vitest';
import { txtTextOf, zoneRecordsOf } from './dns-records.ts';

const noFile = async () => {
  throw new Error('No record names a file.');
};

describe('records of a target', () => {
  it('are published as declared, a long text in several strings', async () => {
    const data = `v=DKIM1; p=${'A'.repeat(500)}`;
    const srv = { priority: 0, weight: 1, port: 465, target: 'mail.example.test' };
    const [short, long, other] = await zoneRecordsOf(
      [
        { name: 'example.test', type: 'TXT', data: 'v=spf1 mx -all' },
        { name: 's._domainkey.example.test', type: 'TXT', data },
        { name: '_submissions._tcp.example.test', type: 'SRV', data: srv },
      ],
      noFile,
      String,
    );
    expect(short?.data).toEqual(['v=spf1 mx -all']);
    expect(other?.data).toEqual(srv);
    const strings = long?.data as string[];
    expect(strings.map(({ length }) => length)).toEqual([255, 255, 1]);
    expect(strings.join('')).toBe(data);
  });

  it('come from files in the container, and a file with something else is refused by its place', async () => {
    const record = { name: 's._domainkey.example.test', type: 'TXT', 'container-path': '/key' } as const;
    const from = (content: string) =>
      zoneRecordsOf(
        [record],
        async (path) => (path === '/key' ? content : ''),
        (index) => `T:${index}`,
      );
    expect(await from('v=DKIM1; p=AAAA\n')).toEqual([
      { name: record.name, type: 'TXT', data: ['v=DKIM1; p=AAAA'] },
    ]);
    await expect(from('\n')).rejects.toThrow(
      'T:0: The file /key in the container holds neither the text of a TXT record nor such a record as in a zone file.',
    );
  });
});

it.each([
  ['one line', 'v=DKIM1; p=AAAA\n', 'v=DKIM1; p=AAAA'],
  [
    'a record in parentheses',
    'mail._domainkey\tIN\tTXT\t( "v=DKIM1; h=sha256; k=rsa; "\n\t  "p=AAAA"\n\t  "BBBB" )  ; ----- DKIM key mail\n',
    'v=DKIM1; h=sha256; k=rsa; p=AAAABBBB',
  ],
  ['escaped characters', 's IN TXT "a\\;b\\"c"', 'a;b"c'],
  ['several lines', 'v=DKIM1;\np=AAAA\n', null],
  ['octets that are no text', 'v=DKIM1; p=\0', null],
  ['nothing', '', null],
])('the text in a file: %s', (_, content, text) => {
  expect(txtTextOf(content)).toBe(text);
});
