import { evaluate } from '../../engine/evaluate.ts';
import { checkOf } from '../../engine/testing/definition.ts';
import { smtpPeer, startPeers } from '../../engine/testing/peer-target.ts';
import { type Detector, untrue } from '../findings.ts';

/** The line that shows a finding is marked and kept, however long the dialogue and whichever the role. */
const detect: Detector = async () => {
  const peer = smtpPeer({ NOOP: '250 ok' });
  await using peers = await startPeers({ mx: peer, submission: peer });
  const result = await evaluate(
    checkOf(
      async ({ smtp, verify, role }) => {
        const client = await smtp();
        for (let turn = 1; turn <= 60; turn += 1) {
          const reply = await client.command('NOOP');
          verify.reply(reply, `${role} answers turn ${turn}`).code(turn % 3 === 0 ? 251 : 250);
        }
      },
      { roles: ['mx', 'submission'] },
    ),
    peers.bench,
  );
  const marked = result.transcript.filter(({ mark }) => mark !== null).map(({ text }) => text);
  const due = ['mx', 'submission'].flatMap((role) =>
    Array.from({ length: 20 }, (_, index) => `${role} answers turn ${(index + 1) * 3}`),
  );
  const total = result.transcript.length + result.transcriptOmitted;
  return untrue(
    [result.transcript.length <= 80, `The transcript has ${result.transcript.length} lines.`],
    [total > 360, `The transcript accounts for ${total} lines.`],
    [marked.every((text) => text.includes('expected 251')), 'A line is marked that shows no finding.'],
    [
      due.every((demand) => marked.some((text) => text.startsWith(`${demand} `))),
      'A finding has no marked line.',
    ],
  );
};

export default detect;
