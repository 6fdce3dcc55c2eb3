import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { CheckResult } from '../model/result.ts';
import { evaluate } from './evaluate.ts';
import { checkOf } from './testing/definition.ts';
import { type PeerTarget, silence, smtpPeer, startPeers } from './testing/peer-target.ts';

const obedient = smtpPeer({ NOOP: '250 ok', EHLO: '250 mail.example.test', QUIT: '221 bye' });
const demand = 'NOOP is answered';

const nothingOpen = (peers: PeerTarget) => vi.waitFor(() => expect(peers.connections.open).toBe(0));
const named = (result: CheckResult) =>
  Object.fromEntries(result.variants.map(({ name, verdict, cause }) => [name, cause ?? verdict]));

describe('a body', () => {
  test('that verifies what holds passes; connections it forgot are closed', async () => {
    await using peers = await startPeers({ mx: obedient });
    const result = await evaluate(
      checkOf(async ({ smtp, verify }) => {
        const client = await smtp();
        verify.reply(await client.command('NOOP'), demand).code(250);
      }),
      peers.bench,
    );
    expect(result).toMatchObject({ verdict: 'pass', cause: null, control: null, attempt: 1 });
    expect(result.reason).toBe('mx: NOOP is answered: 250 ok.');
    await nothingOpen(peers);
  });

  test('that misses what is desirable warns', async () => {
    await using peers = await startPeers({ mx: obedient });
    const result = await evaluate(
      checkOf(async ({ smtp, verify }) => {
        verify.ideally.reply(await (await smtp()).command('NOOP'), demand).code(251);
      }),
      peers.bench,
    );
    expect(result).toMatchObject({ verdict: 'warn', cause: null });
  });

  test('that misses what is demanded fails, whatever happens afterwards', async () => {
    await using peers = await startPeers({ mx: obedient });
    const endings = {
      returns: () => undefined,
      crashes: () => {
        throw new TypeError('a defect of the check');
      },
      'throws nothing': () => {
        throw undefined;
      },
    };
    for (const [name, ending] of Object.entries(endings)) {
      const result = await evaluate(
        checkOf(async ({ smtp, verify }) => {
          verify.reply(await (await smtp()).command('NOOP'), demand).codeClass(5);
          ending();
        }),
        peers.bench,
      );
      expect(result.verdict, name).toBe('fail');
      expect(result.reason, name).toBe('mx: NOOP is answered: expected 5yz, found 250 ok.');
    }
  });

  test('whose violation is followed by NotApplicable or by silence has found a violation', async () => {
    await using peers = await startPeers({ mx: obedient }, { replyMs: 100 });
    for (const then of ['notApplicable', 'silence'] as const) {
      const result = await evaluate(
        checkOf(async ({ smtp, verify, notApplicable }) => {
          const client = await smtp();
          verify.reply(await client.command('NOOP'), demand).code(550);
          if (then === 'notApplicable') notApplicable('nothing more to see', 'nothing');
          await client.command('VRFY alice');
        }),
        peers.bench,
      );
      expect(result.verdict, then).toBe('fail');
    }
  });

  test('that verifies nothing is an error', async () => {
    await using peers = await startPeers({ mx: obedient });
    const result = await evaluate(
      checkOf(async ({ smtp }) => void (await smtp())),
      peers.bench,
    );
    expect(result).toMatchObject({ verdict: 'error', cause: 'vacuous' });
  });

  test('whose variant verifies nothing is an error', async () => {
    await using peers = await startPeers({ mx: obedient });
    const result = await evaluate(
      checkOf(async ({ smtp, variant }) => {
        await variant('empty', async () => void (await smtp()));
        await variant('full', async (verify) => {
          verify.reply(await (await smtp()).command('NOOP'), demand).code(250);
        });
      }),
      peers.bench,
    );
    expect(result).toMatchObject({ verdict: 'error', cause: 'vacuous' });
    expect(named(result)).toEqual({ 'mx/empty': 'vacuous', 'mx/full': 'pass' });
  });

  test('is not run on a target without its roles', async () => {
    await using peers = await startPeers({ mx: obedient });
    const result = await evaluate(
      checkOf(
        async () => {
          throw new Error('must not run');
        },
        { roles: ['imap', 'imaps'] },
      ),
      peers.bench,
    );
    expect(result).toMatchObject({ verdict: 'not-applicable', variants: [], evidence: null });
    expect(result.reason).toBe('The target declares none of the roles of this check (imap 143, imaps 993).');
    expect(peers.connections.total).toBe(0);
  });
});

describe('a budget that is used up', () => {
  test('ends the check as open, closes its connections and gives back its slots', async () => {
    await using peers = await startPeers({ mx: obedient }, { target: { connections: 1 } });
    const stuck = checkOf(
      async ({ smtp, verify }) => {
        const client = await smtp();
        verify.reply(await client.command('NOOP'), demand).code(250);
        await client.reply('a reply that never comes', 60_000);
      },
      { budget: '200ms' },
    );
    const result = await evaluate(stuck, peers.bench);
    expect(result).toMatchObject({ verdict: 'inconclusive', cause: 'timeout', control: { alive: true } });
    expect(result.reason).toContain('within its budget of 200 ms');
    await nothingOpen(peers);
    const again = await evaluate(
      checkOf(async ({ verify }) => void verify.that(true, { demand, expected: '', actual: '' })),
      peers.bench,
    );
    expect(again.verdict).toBe('pass');
  });

  test('is longer by the slack of the target', async () => {
    await using peers = await startPeers({ mx: obedient }, { slackMs: 60_000 });
    const result = await evaluate(
      checkOf(
        async ({ verify, pause }) => {
          await pause(50);
          verify.that(true, { demand, expected: '', actual: '' });
        },
        { budget: '10ms' },
      ),
      peers.bench,
    );
    expect(result.verdict).toBe('pass');
  });

  test('turns no violation out of the end that it brings about', async () => {
    await using peers = await startPeers({ mx: obedient });
    const result = await evaluate(
      checkOf(
        async ({ smtp, verify, variant }) => {
          const ask = async (on: typeof verify) => {
            const client = await smtp();
            on.answer(await client.attempt('VRFY alice', { withinMs: 60_000 }), 'VRFY is answered', {
              codeClasses: [2, 5],
            });
          };
          await variant('in a variant', ask);
          await ask(verify);
        },
        { budget: '200ms' },
      ),
      peers.bench,
    );
    expect(result).toMatchObject({ verdict: 'inconclusive', cause: 'timeout' });
    expect(result.variants.flatMap(({ violations }) => violations)).toEqual([]);
  });

  test('that ends a pause inside a variant leaves the variant open', async () => {
    await using peers = await startPeers({ mx: obedient });
    const result = await evaluate(
      checkOf(
        async ({ pause, variant }) => {
          await variant('waits', () => pause(60_000));
          await variant('never begins', async (verify) => {
            verify.that(false, { demand, expected: '', actual: '' });
          });
        },
        { budget: '100ms' },
      ),
      peers.bench,
    );
    expect(named(result)).toEqual({ mx: 'timeout', 'mx/waits': 'timeout' });
    expect(result.verdict).toBe('inconclusive');
  });

  test('keeps a violation that was found before', async () => {
    await using peers = await startPeers({ mx: obedient });
    const result = await evaluate(
      checkOf(
        async ({ verify, pause }) => {
          verify.that(false, { demand, expected: 'a', actual: 'b' });
          await pause(60_000);
        },
        { budget: '50ms' },
      ),
      peers.bench,
    );
    expect(result.verdict).toBe('fail');
  });

  test('leaves a body behind that does not notice', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      await using peers = await startPeers({ mx: obedient });
      const waiting = evaluate(
        checkOf(() => new Promise(() => {}), { budget: '200ms' }),
        peers.bench,
      );
      await vi.advanceTimersByTimeAsync(201);
      // What has arrived by the end of a time is read before it counts.
      await new Promise(setImmediate);
      await vi.advanceTimersByTimeAsync(5_001);
      const result = await waiting;
      expect(result).toMatchObject({ verdict: 'error', cause: 'harness' });
      expect(result.reason).toContain('went on for 5000 ms after its connections were closed');
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a run that is ended', () => {
  test('ends its checks as open, without a control conversation', async () => {
    const stop = new AbortController();
    await using peers = await startPeers(
      { mx: smtpPeer({ NOOP: () => stop.abort() }) },
      { signal: stop.signal },
    );
    const result = await evaluate(
      checkOf(async ({ smtp, verify, variant }) => {
        const ask = async (on: typeof verify) => {
          on.answer(await (await smtp()).attempt('NOOP'), demand, { codeClasses: [2] });
        };
        await variant('asks', ask);
        await ask(verify);
      }),
      peers.bench,
    );
    expect(result).toMatchObject({ verdict: 'inconclusive', cause: 'harness', control: null });
    expect(result.reason).toContain('The run was ended before the check was.');
    await nothingOpen(peers);
  });

  test('begins no further body', async () => {
    await using peers = await startPeers({ mx: obedient }, { signal: AbortSignal.abort() });
    let begun = false;
    const result = await evaluate(
      checkOf(async () => {
        begun = true;
      }),
      peers.bench,
    );
    expect(begun).toBe(false);
    expect(result).toMatchObject({ verdict: 'inconclusive', cause: 'harness' });
  });
});

describe('variants', () => {
  test('are judged each by itself; what goes wrong on the wire in one does not end the others', async () => {
    await using peers = await startPeers(
      {
        mx: smtpPeer({
          NOOP: '250 ok',
          VRFY: (peer) => peer.end(),
          EXPN: '250-one\n',
          HELP: (peer) => peer.write(Buffer.from('garbage\r\n')),
        }),
      },
      { replyMs: 150 },
    );
    const result = await evaluate(
      checkOf(async ({ smtp, variant, notApplicable, inconclusive }) => {
        const send = (command: string) => async (verify: Parameters<Parameters<typeof variant>[1]>[0]) => {
          verify.reply(await (await smtp()).command(command), `${command} is answered`).code(250);
        };
        await variant('closed', send('VRFY alice'));
        await variant('silence', send('RSET'));
        await variant('malformed', send('HELP'));
        await variant('absent', async () => notApplicable('nothing there', 'nothing'));
        await variant('open', async () => inconclusive('precondition', 'cannot tell'));
        await variant('defect', async () => {
          throw new Error('a defect');
        });
        await variant('good', send('NOOP'));
      }),
      peers.bench,
    );
    expect(named(result)).toEqual({
      'mx/closed': 'closed',
      'mx/silence': 'timeout',
      'mx/malformed': 'malformed',
      'mx/absent': 'not-applicable',
      'mx/open': 'precondition',
      'mx/defect': 'harness',
      'mx/good': 'pass',
    });
    expect(result.verdict).toBe('error');
    expect(result.reason).toBe('mx/defect: Error: a defect');
  });

  test('find their connections closed at their end', async () => {
    await using peers = await startPeers({ mx: obedient });
    await evaluate(
      checkOf(async ({ smtp, variant }) => {
        for (const name of ['a', 'b', 'c']) {
          await variant(name, async (verify) => {
            verify.reply(await (await smtp()).command('NOOP'), demand).code(250);
          });
        }
      }),
      peers.bench,
    );
    expect(peers.connections).toMatchObject({ total: 3 });
    await nothingOpen(peers);
  });

  test('count beside what the body itself verifies', async () => {
    await using peers = await startPeers({ mx: obedient });
    const result = await evaluate(
      checkOf(async ({ verify, variant }) => {
        await variant('good', async (on) => void on.that(true, { demand, expected: '', actual: '' }));
        verify.that(false, { demand: 'the body holds', expected: 'a', actual: 'b' });
      }),
      peers.bench,
    );
    expect(named(result)).toEqual({ mx: 'fail', 'mx/good': 'pass' });
    expect(result.verdict).toBe('fail');
  });

  test('do not hide a body that crashed after them', async () => {
    await using peers = await startPeers({ mx: obedient });
    const result = await evaluate(
      checkOf(async ({ variant }) => {
        await variant('good', async (on) => void on.that(true, { demand, expected: '', actual: '' }));
        throw new Error('a defect');
      }),
      peers.bench,
    );
    expect(named(result)).toEqual({ mx: 'harness', 'mx/good': 'pass' });
    expect(result.verdict).toBe('error');
  });
});

describe('connections', () => {
  test('over the number that the check declares are a defect of the check', async () => {
    await using peers = await startPeers({ mx: obedient });
    const two = async ({ smtp, verify }: Parameters<Parameters<typeof checkOf>[0]>[0]) => {
      await smtp();
      verify.reply(await (await smtp()).command('NOOP'), demand).code(250);
    };
    expect(await evaluate(checkOf(two), peers.bench)).toMatchObject({ verdict: 'error', cause: 'harness' });
    expect((await evaluate(checkOf(two, { connections: 2 }), peers.bench)).verdict).toBe('pass');
  });

  test('over the number that the target allows are never opened', async () => {
    await using peers = await startPeers({ mx: obedient }, { target: { connections: 2 } });
    const result = await evaluate(
      checkOf(async ({ smtp }) => void (await smtp()), { connections: 3 }),
      peers.bench,
    );
    expect(result).toMatchObject({ verdict: 'inconclusive', cause: 'precondition' });
    expect(result.reason).toContain('needs 3 connections at the same time, and the target allows 2');
    expect(peers.connections.total).toBe(0);
  });

  test('of all checks together stay within the budget of the target', async () => {
    await using peers = await startPeers(
      { mx: obedient, submission: obedient },
      { target: { connections: 2 } },
    );
    let open = 0;
    let most = 0;
    const check = checkOf(
      async ({ smtp, verify }) => {
        const client = await smtp();
        open += 1;
        most = Math.max(most, open);
        verify.reply(await client.command('NOOP'), demand).code(250);
        open -= 1;
      },
      { roles: ['mx', 'submission'] },
    );
    const results = await Promise.all(Array.from({ length: 8 }, () => evaluate(check, peers.bench)));
    expect(results.map(({ verdict }) => verdict)).toEqual(Array(8).fill('pass'));
    expect(most).toBe(2);
    expect(peers.connections.total).toBe(16);
  });
});

describe('roles', () => {
  const both = { mx: obedient, submission: obedient };

  test('are looked at side by side, each with numbers of its own connections', async () => {
    await using peers = await startPeers(both);
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    const result = await evaluate(
      checkOf(
        async ({ smtp, verify, role, roles, nonce }) => {
          seen.push(nonce);
          if (seen.length === 2) gate.resolve();
          // Neither goes on before both have begun.
          await gate.promise;
          expect(roles).toEqual(['mx', 'submission']);
          verify.reply(await (await smtp()).command('NOOP'), `${role}: NOOP`).code(250);
        },
        { roles: ['mx', 'submission', 'submissions'] },
      ),
      peers.bench,
    );
    expect(result.verdict).toBe('pass');
    expect(named(result)).toEqual({ mx: 'pass', submission: 'pass' });
    expect(new Set(seen).size).toBe(2);
    expect(new Set(result.transcript.map(({ connection }) => connection))).toEqual(new Set([0, 1, 2]));
  });

  test('take turns where one disturbs the other', async () => {
    await using peers = await startPeers(both);
    let running = 0;
    let together = 0;
    await evaluate(
      checkOf(
        async ({ verify }) => {
          running += 1;
          together = Math.max(together, running);
          await delay(20);
          running -= 1;
          verify.that(true, { demand, expected: '', actual: '' });
        },
        { roles: ['mx', 'submission'], effect: 'disturbs' },
      ),
      peers.bench,
    );
    expect(together).toBe(1);
  });

  test('are seen by one body where the check is about the target', async () => {
    await using peers = await startPeers(both);
    let bodies = 0;
    const result = await evaluate(
      checkOf(
        async ({ smtp, verify, roles }) => {
          bodies += 1;
          for (const role of roles) {
            const client = await smtp({ role });
            verify.reply(await client.command('NOOP'), `${role}: NOOP`).code(250);
            client.connection.close();
          }
        },
        { roles: ['mx', 'submission'], per: 'target' },
      ),
      peers.bench,
    );
    expect(bodies).toBe(1);
    expect(named(result)).toEqual({ target: 'pass' });
    expect(peers.connections.total).toBe(2);
  });
});

describe('the control conversation', () => {
  const silentOn = checkOf(async ({ smtp, verify }) => {
    verify.reply(await (await smtp()).command('VRFY alice'), demand).code(250);
  });

  test('finds the target alive: the question stays open with its own cause', async () => {
    await using peers = await startPeers({ mx: obedient }, { replyMs: 100 });
    const result = await evaluate(silentOn, peers.bench);
    expect(result).toMatchObject({ verdict: 'inconclusive', cause: 'timeout', control: { alive: true } });
    expect(result.control?.text).toBe('mx still answers: 220 mail.example.test ready');
    await nothingOpen(peers);
  });

  /** Answers the first connection and then does `afterwards` on every other. */
  const dying = (afterwards: Parameters<typeof startPeers>[0]['mx']) => {
    let connections = 0;
    return startPeers(
      {
        mx: (peer) => {
          connections += 1;
          return (connections === 1 || !afterwards ? obedient : afterwards)(peer);
        },
      },
      { replyMs: 100 },
    );
  };

  test('finds the target dead: the cause is the crash', async () => {
    await using peers = await dying(silence);
    const result = await evaluate(silentOn, peers.bench);
    expect(result).toMatchObject({ verdict: 'inconclusive', cause: 'crashed', control: { alive: false } });
    expect(result.reason).toContain('Afterwards the target no longer answered.');
  });

  test('takes a refusal in due form for a sign of life', async () => {
    await using peers = await dying(async (peer) => peer.write('554 go away'));
    const result = await evaluate(silentOn, peers.bench);
    expect(result).toMatchObject({ verdict: 'inconclusive', cause: 'timeout', control: { alive: true } });
    expect(result.control?.text).toContain('554 go away');
  });

  test('does not blame the check for a target that never said a word', async () => {
    await using peers = await startPeers({ mx: silence }, { replyMs: 100 });
    const result = await evaluate(silentOn, peers.bench);
    expect(result).toMatchObject({ verdict: 'inconclusive', cause: 'timeout', control: { alive: false } });
  });

  test('does not change a violation', async () => {
    await using peers = await dying(silence);
    const result = await evaluate(
      checkOf(async ({ smtp, verify }) => {
        const client = await smtp();
        verify.that(false, { demand, expected: 'a', actual: 'b' });
        await client.command('VRFY alice');
      }),
      peers.bench,
    );
    expect(result.verdict).toBe('fail');
  });

  test('is held after a check that disturbs, and a target that died of it has passed nothing', async () => {
    const disturbing = checkOf(
      async ({ smtp, verify }) => {
        verify.reply(await (await smtp()).command('NOOP'), demand).code(250);
      },
      { effect: 'disturbs' },
    );
    await using alive = await startPeers({ mx: obedient });
    expect(await evaluate(disturbing, alive.bench)).toMatchObject({
      verdict: 'pass',
      control: { alive: true },
    });
    await using dead = await dying(silence);
    expect(await evaluate(disturbing, dead.bench)).toMatchObject({
      verdict: 'inconclusive',
      cause: 'crashed',
      control: { alive: false },
    });
  });

  test('asks each role that is in doubt, and blames no role for the death of another', async () => {
    let visits = 0;
    await using peers = await startPeers(
      {
        mx: obedient,
        submission: (peer) => {
          visits += 1;
          return (visits === 1 ? obedient : silence)(peer);
        },
      },
      { replyMs: 100 },
    );
    const result = await evaluate(
      checkOf(
        async ({ smtp, verify }) => {
          verify.reply(await (await smtp()).command('VRFY alice'), demand).code(250);
        },
        { roles: ['mx', 'submission'] },
      ),
      peers.bench,
    );
    expect(named(result)).toEqual({ mx: 'timeout', submission: 'crashed' });
    expect(result.control).toMatchObject({ alive: false });
    expect(result.control?.text).toMatch(/^mx still answers: .* \/ submission does not answer: /);
  });

  test('is not held where nothing is in doubt', async () => {
    await using peers = await startPeers({ mx: obedient });
    const result = await evaluate(
      checkOf(async ({ inconclusive }) => inconclusive('precondition', 'no account')),
      peers.bench,
    );
    expect(result.control).toBeNull();
    expect(peers.connections.total).toBe(0);
  });

  test('of a target that stopped listening leaves everything after it open, whatever it would find', async () => {
    await using peers = await startPeers({ mx: obedient, submission: obedient });
    const fatal = checkOf(
      async ({ smtp, verify }) => {
        verify.reply(await (await smtp()).command('NOOP'), demand).code(250);
        await peers.stop('mx');
      },
      { id: 'SMTP-998', effect: 'disturbs' },
    );
    const result = await evaluate(fatal, peers.bench);
    expect(result).toMatchObject({ verdict: 'inconclusive', cause: 'crashed', control: { alive: false } });

    let begun = 0;
    const strict = async ({ connect, verify }: Parameters<Parameters<typeof checkOf>[0]>[0]) => {
      begun += 1;
      const open = await connect().then(
        () => true,
        () => false,
      );
      verify.that(open, { demand: 'the port is open', expected: 'open', actual: 'closed' });
    };
    const later = await evaluate(checkOf(strict, { roles: ['mx', 'submission'] }), peers.bench);
    expect(named(later)).toEqual({ mx: 'crashed', submission: 'pass' });
    expect(later).toMatchObject({ verdict: 'inconclusive', cause: 'crashed' });
    expect(later.reason).toMatch(/^mx: The target no longer answers since SMTP-998: mx does not answer: /);
    const whole = checkOf(strict, { roles: ['submission', 'mx'], per: 'target' });
    expect(await evaluate(whole, peers.bench)).toMatchObject({ verdict: 'inconclusive', cause: 'crashed' });
    expect(begun).toBe(1);
    const again = await evaluate(checkOf(strict, { effect: 'disturbs' }), peers.bench);
    expect(again).toMatchObject({ cause: 'crashed', control: null });
    expect(again.reason).not.toContain('Afterwards');
  });

  test('names the crash for a check that ran beside the one that was fatal', async () => {
    await using peers = await startPeers({ mx: obedient });
    await evaluate(
      checkOf(async ({ smtp, verify }) => {
        verify.reply(await (await smtp()).command('NOOP'), demand).code(250);
      }),
      peers.bench,
    );
    await peers.stop('mx');
    expect(await evaluate(silentOn, peers.bench)).toMatchObject({
      verdict: 'inconclusive',
      cause: 'crashed',
    });
  });

  test('is asked again before the next check, which looks at a target that came back', async () => {
    let connections = 0;
    await using peers = await startPeers(
      {
        mx: (peer) => {
          connections += 1;
          return (connections === 2 ? silence : obedient)(peer);
        },
      },
      { replyMs: 100 },
    );
    expect(await evaluate(silentOn, peers.bench)).toMatchObject({ cause: 'crashed' });
    const noop = checkOf(async ({ smtp, verify }) => {
      verify.reply(await (await smtp()).command('NOOP'), demand).code(250);
    });
    expect((await evaluate(noop, peers.bench)).verdict).toBe('pass');
    expect((await evaluate(noop, peers.bench)).verdict).toBe('pass');
    expect(connections).toBe(5);
  });
});

describe('the lab of a body', () => {
  test('is asked for in vain where there is none', async () => {
    await using peers = await startPeers({ mx: obedient });
    const result = await evaluate(
      checkOf(async ({ lab }) => void lab()),
      peers.bench,
    );
    expect(result).toMatchObject({ verdict: 'inconclusive', cause: 'environment' });
  });
});

describe('evidence that cannot be kept', () => {
  test('leaves no pass standing, and does not hide a violation', async () => {
    // A file where the folder should be: nothing can be written below it.
    await using peers = await startPeers(
      { mx: obedient },
      { evidenceFolder: new URL(import.meta.url).pathname },
    );
    const judged = async (held: boolean) =>
      evaluate(
        checkOf(async ({ verify }) => void verify.that(held, { demand, expected: '', actual: '' })),
        peers.bench,
      );
    const good = await judged(true);
    expect(good).toMatchObject({ verdict: 'error', cause: 'environment', evidence: null });
    expect(good.reason).toContain('The evidence could not be kept');
    expect(await judged(false)).toMatchObject({ verdict: 'fail', evidence: null });
  });
});

test('a result says which check it is, on which target, and how to repeat it', async () => {
  await using peers = await startPeers({ mx: obedient });
  const check = checkOf(async ({ verify }) => void verify.that(true, { demand, expected: '', actual: '' }), {
    limits: ['It cannot see behind the wall.'],
  });
  const result = await evaluate(check, peers.bench);
  const { id, slug, title, sends, demands, level, severity, clauses, limits } = check.definition;
  expect(result).toMatchObject({ slug, title, sends, demands, level, severity, clauses, limits });
  expect(result).toMatchObject({
    check: id,
    suite: 'smtp-core',
    target: 'scripted',
    rerun: 'npx --no -- mailspec audit scripted --only SMTP-999',
    source: check.source,
  });
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
});
