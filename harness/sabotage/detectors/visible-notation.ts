import { evaluate } from '../../engine/evaluate.ts';
import { checkOf } from '../../engine/testing/definition.ts';
import { smtpPeer, startPeers } from '../../engine/testing/peer-target.ts';
import { visible } from '../../evidence/visible.ts';
import type { CheckResult } from '../../model/result.ts';
import { type Detector, untrue } from '../findings.ts';

const HOSTILE = 'x\u001b[2J\u0000\u202e]]></testcase>\r\u0085::error::\u2028';

/** No octet of a server reaches a text of a result unescaped, and different octets look different. */
const detect: Detector = async () => {
  await using peers = await startPeers({
    mx: smtpPeer({
      HELP: (peer) => peer.write(Buffer.from(`214 ${HOSTILE}\r\n`)),
      NOOP: (peer) => peer.write(Buffer.from(`${HOSTILE}\r\n`)),
    }),
  });
  const result = await evaluate(
    checkOf(async ({ smtp, verify, variant, inconclusive, notApplicable, note }) => {
      const reply = await (await smtp()).command('HELP');
      const raw = reply.lines.join();
      verify.reply(reply, 'HELP is answered').code(214);
      note(reply.text);
      await variant('a miss', async (on) => void on.that(false, { demand: 'd', expected: raw, actual: raw }));
      await variant('octets', async (on) => void on.nothing(Buffer.from(raw, 'latin1'), 'nothing comes'));
      await variant('a crash', async () => {
        throw new Error(raw);
      });
      await variant('open', async () => inconclusive('precondition', raw));
      await variant('absent', async () => notApplicable(raw, raw));
      await variant('no reply', async (on) => {
        on.reply(await (await smtp()).command('NOOP'), 'NOOP is answered').code(250);
      });
    }),
    peers.bench,
  );
  const alike = ['\r', '\\r', '\\\\r', '\u001b', '\\x1b', '\n', '\\n', 'r'].map((text) => visible(text));
  return [
    ...textsOf(result)
      .filter((text) => /[\p{C}\p{Zl}\p{Zp}]/u.test(text))
      .map((text) => `A text holds an unprintable character: ${JSON.stringify(text)}`),
    ...untrue(
      [new Set(alike).size === alike.length, 'Different octets look the same.'],
      [result.variants.length === 7, 'A variant is missing.'],
    ),
  ];
};

function textsOf(value: CheckResult | unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

export default detect;
