import { describe, expect, test } from 'vitest';
import { lines } from '../wire/bytes.ts';
import { signer, verifySignedMessage } from './smime.ts';

/** Made by `openssl cms -sign -binary -md sha256 -nosmimecap -crlfeol` with an RSA key. */
const BY_OPENSSL = lines(
  'MIME-Version: 1.0',
  'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg="sha-256"; boundary="----37339D878651187CB3D3CA8D87703D0A"',
  '',
  'This is an S/MIME signed message',
  '',
  '------37339D878651187CB3D3CA8D87703D0A',
  'Content-Type: text/plain',
  '',
  'Two spaces at the end  ',
  '.',
  '',
  '',
  '------37339D878651187CB3D3CA8D87703D0A',
  'Content-Type: application/pkcs7-signature; name="smime.p7s"',
  'Content-Transfer-Encoding: base64',
  'Content-Disposition: attachment; filename="smime.p7s"',
  '',
  'MIIE9wYJKoZIhvcNAQcCoIIE6DCCBOQCAQExDTALBglghkgBZQMEAgEwCwYJKoZI',
  'hvcNAQcBoIIDAzCCAv8wggHnoAMCAQICFESkAubScSQMJUM5uO4ETYQ6BwEEMA0G',
  'CSqGSIb3DQEBCwUAMA4xDDAKBgNVBAMMA2FubjAgFw0yNjExMjMyMzA0NTRaGA8y',
  'MTI2MTAzMDIzMDQ1NFowDjEMMAoGA1UEAwwDYW5uMIIBIjANBgkqhkiG9w0BAQEF',
  'AAOCAQ8AMIIBCgKCAQEAocjLQToxaRoKvvceYiSSvsh10W4G35vucustcJqoLVQ3',
  'dYuHuk08Mj5NwBoJT6f/oL+Naepl7QnSQbP16mu+H5jUwjDDhJM7fH4Y4apCnLtw',
  'wzjbBbDn8kyMrhLZQBxbRayVU3rK1vt1sheDVGaZWpW5n0FdoX09XmEDvtD6lVmP',
  'g30lXNIYkEfVE82zXTkYKc+cpEID6bqMF6YFezVXvRBJY/9U9iI7B7mMrK7/xD0M',
  'KNW6gapYQdkwC7XWM2RHPmhoykPWtiBzz1biICf4RW6i2AuSPbH4jv4gZp/ksMD1',
  'Sc1I+IPwHo6gxcsH/i1hIjL/XDqBTktNutLi38OxlwIDAQABo1MwUTAdBgNVHQ4E',
  'FgQU5HMYtomyYcWeieJhNY2OqHdFXLYwHwYDVR0jBBgwFoAU5HMYtomyYcWeieJh',
  'NY2OqHdFXLYwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEALSR8',
  'eAFDEcUzFC0btRoS4GcG4gi77YCqUZWWpqkQw9+4XpRX1Q6c/KFjsaEtKKHwP3hm',
  '1EgAYpkJjY7/AdQFYeAlH6hcEz55StfGuicUD9vZgTHFVxMqNKPcP+YgkJzARtLf',
  'wXcgh211ltF3KxxlQS0MitskYuz925LnHf692ITc/eT7YYWAH6ODRKXP4s/x9yOR',
  '+tXmqBSpmKrGydBti5I2GGHT1EP23TEr8wjXyrcxUqpHmhI0AaJAjYZaPZzkgHXJ',
  'J34khfuheDrovCtEtTmEaZnO1Jlgi2P50H9XLfsMkMBxWftRR639JPUuG2p5pbLZ',
  '4/7UYRB2B6Srz/qCYTGCAbowggG2AgEBMCYwDjEMMAoGA1UEAwwDYW5uAhREpALm',
  '0nEkDCVDObjuBE2EOgcBBDALBglghkgBZQMEAgGgaTAYBgkqhkiG9w0BCQMxCwYJ',
  'KoZIhvcNAQcBMBwGCSqGSIb3DQEJBTEPFw0yNjExMjMyMzA0NTRaMC8GCSqGSIb3',
  'DQEJBDEiBCD7MYWrGG/6pJiyTabHKGWEvYifQpCPMWmuhnm9YvN0NTANBgkqhkiG',
  '9w0BAQEFAASCAQCPiBjRBuUJkWnuzv7orBtMcqa9Zgp4LopE198HjGPuX0/epec6',
  '3tzQylk61nM3jZv+QthCy9T7Gug27OfWqtBzj7vliWLUs4KNLcMVQJZKrH98I4Z3',
  'tOEfdPPJjhf76oZajcuTIUSR8a+KyJV0F48jtmVaHlAOQz2hwbRLAv85wgosNr6r',
  '4LXlre3LfaLoVIApYfiaH6ogVkvBgJWAfWy3RKYl8A31ubGK/ZrTjNwzaCftnX36',
  'wTLtUX4XaESi4Q8vBwN9UmTqbaHIfnz/NRzfnpY8734NzmOe3ooVWC5+HujcR7WJ',
  '8BGWNqjOXPkoIkfO27q9DSCsQmdBI6NRy4yF',
  '',
  '------37339D878651187CB3D3CA8D87703D0A--',
);

const PART = lines('Content-Type: text/plain', '', 'Two spaces at the end  ', '.', '--no delimiter', '');

async function signedMessage() {
  const by = await signer('ann@signer.test');
  const { contentType, body } = by.sign(PART, 'a boundary');
  const message = Buffer.concat([
    lines('From: <ann@signer.test>', 'MIME-Version: 1.0', `Content-Type: ${contentType}`, ''),
    body,
  ]);
  return { by, message };
}

const changed = (message: Buffer, what: string, into: string) =>
  Buffer.from(message.toString('latin1').replace(what, into), 'latin1');

describe('a signature', () => {
  test('of ours holds, and holds for its certificate alone', async () => {
    const { by, message } = await signedMessage();
    const other = await signer('ann@signer.test');
    expect(await verifySignedMessage(message, by.certificate)).toMatchObject({ valid: true });
    expect(await verifySignedMessage(message, other.certificate)).toMatchObject({
      valid: false,
      reason: 'The certificate is another one.',
    });
  });

  test('of another program holds', async () => {
    expect(await verifySignedMessage(BY_OPENSSL)).toEqual({ valid: true, reason: 'The signature holds.' });
  });

  test('survives fields on top and lines around the parts', async () => {
    const { by, message } = await signedMessage();
    const moved = Buffer.concat([lines('Received: from a by b; today'), message, lines('', 'An epilogue.')]);
    expect(await verifySignedMessage(moved, by.certificate)).toMatchObject({ valid: true });
  });

  test.each([
    ['white space at the end of a line is lost', 'end  ', 'end'],
    ['a line is added', '--no delimiter', 'more'],
    ['a field of the part is changed', 'text/plain', 'text/html'],
  ])('breaks when %s', async (_name, what, into) => {
    const { by, message } = await signedMessage();
    const { valid, reason } = await verifySignedMessage(changed(message, what, into), by.certificate);
    expect(valid).toBe(false);
    expect(reason).toMatch(/^The first part has changed/);
  });

  test('breaks when another key made it', async () => {
    const { message } = await signedMessage();
    const { message: other } = await signedMessage();
    const digestOf = (one: Buffer) => one.toString('latin1').split('smime.p7s')[2] ?? '';
    const exchanged = changed(message, digestOf(message), digestOf(other));
    expect(await verifySignedMessage(exchanged)).toMatchObject({ valid: true });
    const { by: stranger } = await signedMessage();
    expect(await verifySignedMessage(exchanged, stranger.certificate)).toMatchObject({ valid: false });
  });
});

describe('what is no signed message', () => {
  test.each([
    ['another type', lines('Content-Type: text/plain', '', 'text'), /no multipart\/signed/],
    [
      'a missing part',
      lines('Content-Type: multipart/signed; boundary=b', '', '--b', '', 'text', '--b--'),
      /two parts/,
    ],
    [
      'garbage for a signature',
      lines('Content-Type: multipart/signed; boundary=b', '', '--b', '', 'text', '--b', '', 'AAAA', '--b--'),
      /cannot be read/,
    ],
  ])('%s is told as such', async (_name, message, reason) => {
    expect((await verifySignedMessage(message)).reason).toMatch(reason);
  });
});
