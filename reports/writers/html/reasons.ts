import { VERDICTS } from '../../model/vocabulary.ts';
import { type Content, html, type Safe } from './safe.ts';
import { inEnglish } from './untranslated.ts';
import type { Words } from './words.ts';

/** Part of a sentence that stays as the record has it. */
interface Quoted {
  readonly quoted: string;
}

type Part = string | Quoted;

type Template = readonly [RegExp, (groups: Quoted[], words: Words) => readonly Part[]];

/**
 * Sentences that mailspec makes of its own, in Japanese around what they quote. A reason whose sentence is not here
 * stays English: better whole than half translated.
 */
const JAPANESE: readonly Template[] = [
  [
    /^was not left failed or open by run (\S+)$/,
    ([run = NONE]) => ['監査 ', run, ' で不合格にも未判定にもならなかったため除外'],
  ],
  [/^excluded by --only or --skip$/, () => ['--only または --skip により除外']],
  [/^not part of the profile (\S+)$/, ([profile = NONE]) => ['プロファイル ', profile, ' に含まれない']],
  [
    /^is about mail servers, and the target is an access network$/,
    () => ['メールサーバーに関する検査で、対象はアクセス網'],
  ],
  [
    /^needs the permission (\S+), which targets\.yaml does not give$/,
    ([permission = NONE]) => ['権限 ', permission, ' が必要で、targets.yaml は与えていない'],
  ],
  [/^needs a lab, and the target has none$/, () => ['検査環境（lab）が必要で、対象にはない']],
  [
    /^needs the public DNS: `dns:` of the target$/,
    () => ['公開 DNS への問い合わせ先（対象の `dns:`）が必要'],
  ],
  [
    /^The check was planned and left no result\.$/,
    () => ['検査は予定されていましたが、結果が残りませんでした。'],
  ],
  [/^The target could not be audited\.$/, () => ['対象を監査できませんでした。']],
  [/^The check ended without a single verification\.$/, () => ['検査は何も検証しないまま終了しました。']],
  [/^The run was ended before the check was\.$/, () => ['検査が終わる前に実行が終了しました。']],
  [/^The run was ended before the message came\.$/, () => ['メールが届く前に実行が終了しました。']],
  [/^The check was ended before it could connect\.$/, () => ['接続する前に検査が打ち切られました。']],
  [/^The next login comes too early\.$/, () => ['次のログインまでの間隔が足りませんでした。']],
  [
    /^The target has no lab, and this check needs one\.$/,
    () => ['対象には検査環境（lab）がなく、この検査はそれを必要とします。'],
  ],
  [
    /^The target declares no account, and this check needs one\.$/,
    () => ['対象にはアカウントが宣言されておらず、この検査はそれを必要とします。'],
  ],
  [/^The target declares fewer than two accounts\.$/, () => ['対象に宣言されたアカウントは二つ未満です。']],
  [
    /^The target (?:declares no (\S+) role|has no endpoint of role (\S+))\.$/,
    ([one = NONE, other = NONE]) => [
      '対象は ',
      one.quoted === '' ? other : one,
      ' のポートを宣言していません。',
    ],
  ],
  [
    /^The target declares none of the roles of this check \((.+)\)\.$/,
    ([roles = NONE]) => ['対象は、この検査が対象とするポート（', roles, '）を宣言していません。'],
  ],
  [
    /^The check did not end within its budget of (\d+) ms\.$/,
    ([ms = NONE]) => [`検査は制限時間 ${ms.quoted} ミリ秒以内に終わりませんでした。`],
  ],
  [
    /^The control (\S+) did not end within its budget of (\d+) ms\.$/,
    ([control = NONE, ms = NONE]) => [
      '対照試験 ',
      control,
      ` は制限時間 ${ms.quoted} ミリ秒以内に終わりませんでした。`,
    ],
  ],
  [
    /^No connection to (\S+): (\S+)\.$/,
    ([where = NONE, code = NONE]) => [where, ' に接続できません：', code, '。'],
  ],
  [
    /^The server ended the connection \((\w+)\) while the client waited for (.+)\.$/,
    ([how = NONE, awaited = NONE]) => [
      'クライアントが ',
      awaited,
      ' を待つ間に、サーバーが接続を切断しました（',
      how,
      '）。',
    ],
  ],
  [
    /^Nothing complete arrived within (\d+) ms; awaited: (.+)\.$/,
    ([ms = NONE, awaited = NONE]) => [
      `${ms.quoted} ミリ秒以内に完結した応答がありませんでした。待っていたもの：`,
      awaited,
      '。',
    ],
  ],
  [
    /^The TLS handshake with (\S+) failed: (.+)\.$/,
    ([where = NONE, why = NONE]) => [where, ' との TLS ハンドシェイクに失敗しました：', why, '。'],
  ],
  [
    /^The target no longer answers since (\S+): (.+)$/,
    ([since = NONE, sign = NONE]) => ['対象は ', since, ' 以降応答しません：', sign],
  ],
  [
    /^This check needs (\d+) connections at the same time, and the target allows (\d+)\.$/,
    ([due = NONE, most = NONE]) => [
      `この検査は同時に ${due.quoted} 接続を必要としますが、対象が許すのは ${most.quoted} 接続です。`,
    ],
  ],
  [/^(\S+) refuses EHLO: (.+)$/, ([role = NONE, reply = NONE]) => [role, ' が EHLO を拒否しました：', reply]],
  [
    /^(\S+) offers (STARTTLS|STLS) and refuses it: (.+)$/,
    ([role = NONE, command = NONE, reply = NONE]) => [
      role,
      ' は ',
      command,
      ' を提供しながら拒否しました：',
      reply,
    ],
  ],
  [
    /^(\S+) does not offer (STARTTLS|STLS)\.$/,
    ([role = NONE, command = NONE]) => [role, ' は ', command, ' を提供していません。'],
  ],
  [
    /^(.+?): expected (.+?), found (.+?)\.?$/,
    ([demand = NONE, expected = NONE, found = NONE]) => [demand, '：期待 ', expected, '、実際 ', found, '。'],
  ],
];

const NONE: Quoted = { quoted: '' };

/** A reason in the language of the page, as far as its sentences are our own; what is quoted stays and says so. */
export function reasonIn(reason: string, words: Words): Safe {
  if (words.language === 'en') return html`${reason}`;
  const parts = translated(reason, words);
  if (parts === null) return html`<span${inEnglish(words)}>${reason}</span>`;
  return html`${parts.map((part): Content => (typeof part === 'string' ? part : html`<span${inEnglish(words)}>${part.quoted}</span>`))}`;
}

const AFTERWARDS = ' Afterwards the target no longer answered.';
const AGAIN =
  /^(.*?) It was asked once more, (alone|with few others at most), because (.+?); the first time it was (\S+) \(([^)]*)\): (.*)$/;
const OBSERVED = /^(.+?) Observed: (.*)$/;
const ALIKE = /^(.*) \((\d+) of (\d+) variants\)\.?$/;
/** Which input or port a sentence is about. */
const ABOUT = /^([^:]{1,80}): (.+)$/;

/** The parts of a reason; null where none of its sentences is known. */
function translated(reason: string, words: Words): readonly Part[] | null {
  const [, first, how, why = '', verdict, , before = ''] = AGAIN.exec(reason) ?? [];
  if (first !== undefined) {
    const name = VERDICTS.find((one) => one === verdict);
    return [
      ...orQuoted(first, words),
      how === 'alone' ? '単独で再度試しました。理由：' : '他の接続を減らして再度試しました。理由：',
      { quoted: why },
      '。初回の判定：',
      name === undefined ? '' : words.verdicts[name].name,
      '、',
      ...orQuoted(before, words),
    ];
  }
  if (reason.endsWith(AFTERWARDS)) {
    return [...orQuoted(reason.slice(0, -AFTERWARDS.length), words), 'その後、対象は応答しなくなりました。'];
  }
  const [, alike, some, all] = ALIKE.exec(reason) ?? [];
  if (alike !== undefined) {
    const parts = translated(alike, words);
    return parts && [...parts, `（${all} 試行中 ${some} 件）`];
  }
  const [, said, observed = ''] = OBSERVED.exec(reason) ?? [];
  if (said !== undefined) return [...orQuoted(said, words), '観測：', { quoted: observed }];
  for (const [pattern, made] of JAPANESE) {
    const found = pattern.exec(reason);
    const isWhole = found !== null && !ABOUT_ALONE.test(found[1] ?? '');
    if (isWhole)
      return made(
        found.slice(1).map((group) => ({ quoted: group ?? '' })),
        words,
      );
  }
  const [, about, rest = ''] = ABOUT.exec(reason) ?? [];
  const parts = about === undefined ? null : translated(rest, words);
  return parts && [{ quoted: about ?? '' }, '：', ...parts];
}

/** A demand never holds the name of a port in front of it: that is told apart before. */
const ABOUT_ALONE = /^(?:mx|submissions?|pop3s?|imaps?): /;

function orQuoted(sentence: string, words: Words): readonly Part[] {
  return translated(sentence, words) ?? [{ quoted: sentence }];
}
