import type { ClauseState } from '../../model/clause-state.ts';
import type { Conclusion, Gate } from '../../model/record.ts';
import type { Cause, Level, Role, Severity, SuiteSlug, Verdict } from '../../model/vocabulary.ts';
import type { Tone } from './tone.ts';
import type { Words } from './words.ts';

const conclusions: Readonly<Record<Conclusion, string>> = {
  conformant: '適合',
  'non-conformant': '不適合',
  undetermined: '判定不能',
};

const verdicts: Readonly<Record<Verdict, { readonly name: string; readonly meaning: string }>> = {
  pass: { name: '合格', meaning: 'サーバーが要求どおりに動作することを確認しました。' },
  warn: { name: '警告', meaning: '必須の要求は満たしていますが、推奨される動作ではありません。' },
  fail: { name: '不合格', meaning: 'サーバーが要求に違反することを確認しました。' },
  inconclusive: { name: '判定不能', meaning: '観測した内容だけでは合否を判定できません。' },
  error: { name: 'エラー', meaning: '検査自体が失敗しました。サーバーの良否を示すものではありません。' },
  'not-run': { name: '未実施', meaning: '検査対象に選ばれましたが、結果が得られませんでした。' },
  'not-applicable': { name: '対象外', meaning: '要求の前提となる機能がないことを確認しました。' },
};

const tones: Readonly<Record<Tone, string>> = {
  finding: '指摘事項',
  unsettled: '未確定',
  waived: '容認済み',
  advice: '助言',
  passed: '合格',
  quiet: '対象外または要求外',
};

const severities: Readonly<Record<Severity, { readonly name: string; readonly meaning: string }>> = {
  critical: { name: '緊急', meaning: 'サーバーに到達できる者なら誰でも直ちに悪用できます。' },
  high: { name: '高', meaning: '攻撃を受けた時点で、利用者が頼りにしている保護が失われます。' },
  medium: { name: '中', meaning: '保護または相互運用性が弱まります。' },
  low: { name: '低', meaning: '正しいメールの取り扱いが本来より劣ります。' },
  info: { name: '情報', meaning: '参考情報です。失われるものはありません。' },
};

const levels: Readonly<Record<Level, string>> = {
  MUST: '引用した規定はサーバーに義務を課しています。',
  SHOULD: '引用した規定は、正当な理由がある場合に限り例外を認めています。',
  MAY: '引用した規定はサーバーの任意としています。',
  policy: '現在の慣行です。RFC による義務ではありません。',
};

const gates: Readonly<Record<Gate, string>> = {
  fail: 'プロファイルの必須項目',
  warn: 'プロファイルの推奨項目',
  info: 'プロファイルでは参考項目',
};

const causes: Readonly<Record<Cause, string>> = {
  harness: '検査ツールが故障しました。',
  environment: '検査環境に障害が発生しました。',
  unreachable: 'サーバーに到達できませんでした。',
  crashed: 'サーバーが応答しなくなりました。',
  closed: 'サーバーが接続を切断しました。',
  malformed: 'サーバーの応答を解釈できませんでした。',
  precondition: '検査の前提となる動作が成立しませんでした。',
  timeout: '検査の制限時間を超過しました。',
  vacuous: '検査は何も検証しないまま終了しました。',
};

const roles: Readonly<Record<Role, string>> = {
  mx: '他のサーバーからメールを受信',
  submission: '利用者の送信メールを受付（途中で TLS に切り替え）',
  submissions: '利用者の送信メールを受付（最初から TLS）',
  pop3: 'メールを取り出し（途中で TLS に切り替え）',
  pop3s: 'メールを取り出し（最初から TLS）',
  imap: 'メールにアクセス（途中で TLS に切り替え）',
  imaps: 'メールにアクセス（最初から TLS）',
};

const topics: Readonly<Record<SuiteSlug, string>> = {
  'plaintext-auth': '平文認証の露出',
  starttls: 'STARTTLS：状態、コマンド注入、除去攻撃',
  'implicit-tls': '暗黙の TLS、証明書、プロトコルの下限',
  submission: 'メール投稿と SMTP AUTH',
  'open-relay': 'オープンリレー',
  'pop-before-smtp': 'POP before SMTP とその有効期間',
  spf: 'SPF の検証と公開',
  dkim: 'DKIM の検証と署名',
  dmarc: 'DMARC と Authentication-Results',
  'transport-policy': 'MTA-STS、DANE、送信時のダウングレード',
  'smtp-core': 'SMTP の基本動作とスマグリング',
  'pop3-core': 'POP3 の基本動作',
  'imap-core': 'IMAP の基本動作',
  'message-integrity': 'メールが変更されずに届くこと',
  dnsbl: 'ブロックリスト',
  op25b: '25 番ポートの送信遮断（OP25B）',
};

const risks: Readonly<Record<SuiteSlug, string>> = {
  'plaintext-auth': '経路上で盗聴する者に、パスワードを、ひいてはメールを読まれます。',
  starttls:
    '経路上の者に、メールの暗号化を妨げられたり、クライアントになりすましてコマンドを差し込まれたりします。',
  'implicit-tls': 'クライアントは、このサーバーとだけ通信していると確信できないか、安全に通信できません。',
  submission: '利用者が安全に送信できないか、他人が利用者の名で送信できます。',
  'open-relay':
    '第三者がこのサーバーを経由してメールを送信でき、その結果サーバーは各所で拒否されるようになるか、不正中継への対策のために正当なメールが受け取られません。',
  'pop-before-smtp': '利用者と同じ IP アドレスを使う者は、利用者として送信できます。',
  spf: '送信者を偽ったメールが届くか、正当なメールが届きません。',
  dkim: '偽造や改変されたメールが本物として通るか、本物が通りません。',
  dmarc: '名前を偽ったメールが、その名前を信頼する人に届きます。',
  'transport-policy': '保護されるはずのメールが、途中で読まれたり、別の宛先へ誘導されたりします。',
  'smtp-core': 'メールが失われたり、分割や偽造をされたりするか、他のサーバーとの間で誤解が生じます。',
  'pop3-core': 'メールボックスのメールが失われたり、重複したり、他人に見えたりします。',
  'imap-core': 'メールボックスのメールが失われたり、機器の間で食い違ったり、他人に見えたりします。',
  'message-integrity': '届くメールが、送られたものと異なります。',
  dnsbl: '不要なメールが届くか、必要なメールが拒否されます。',
  op25b: '感染した機器がこの網から迷惑メールを送信できるか、利用者が安全に送信できません。',
};

const clauseStates: Readonly<Record<ClauseState, string>> = {
  met: '充足',
  'not-met': '未充足',
  undecided: '未判定',
  'not-applicable': '対象外',
  undecidable: '外部からは判定不可',
};

/** The page in Japanese; what the record says in English alone, such as reasons, stays as it is there. */
export const JAPANESE: Words = {
  language: 'ja',
  moment: (iso) =>
    iso.replace(
      /^(\d+)-(\d+)-(\d+)T([\d:]+)(?:\.\d+)?Z$/,
      (_, year, month, day, time) => `${year}年${Number(month)}月${Number(day)}日 ${time} (UTC)`,
    ),
  span: (ms) => {
    if (ms < 1000) return `${Math.round(ms)} ミリ秒`;
    if (ms < 60_000) return `${(ms / 1000).toFixed(1)} 秒`;
    return `${Math.floor(ms / 60_000)} 分 ${Math.round((ms % 60_000) / 1000)} 秒`;
  },
  sentence: (statement) => `${statement}。`,
  space: '',
  colon: '：',
  comma: '、',
  stop: '。',
  untranslated:
    '判定理由、期待と実際の値、検査の限界、条項の表題、サーバーとの対話は、記録どおり英語で表示します。',
  report: 'メールサーバー監査報告書',
  skip: '本文へ移動',
  contents: '目次',
  conclusions,
  verdicts,
  tones,
  severities,
  levels,
  gates,
  causes,
  roles,
  risks,
  topic: (suite) => topics[suite],
  sections: {
    run: '実施概要',
    timeline: '所要時間の内訳',
    controls: '対照試験',
    targets: '監査対象',
    overview: '結果の概要',
    clauses: '条項別の結果',
    matrix: '全検査の一覧',
    finding: '指摘事項',
    unsettled: '未確定',
    waived: '容認済み',
    advice: '助言',
    open: '未確定（要求外）',
    passed: '合格',
    notApplicable: '対象外',
    notSelected: '未選択',
    legend: '凡例',
  },
  explain: {
    finding: 'プロファイルが問題とする違反です。一件でもあれば、その対象は不適合となります。',
    unsettled:
      '判定が必要であるにもかかわらず、結論が得られていません。解決するまで、対象が安全であるとは言えません。',
    waived:
      '想定済みの逸脱です。責任者が期限付きで容認したため実行の失敗にはなりませんが、判定と結論は変わりません。',
    clauses:
      '条項を判定するすべての要求が合格または対象外で、かつ少なくとも一つが合格のとき、その条項を「充足」とします。',
    timeline:
      '各検査を実施した時間帯です。必要なものを他の検査が使っている間は順番を待ち（順番待ち）、サーバーとのやり取りの間は作業し（作業）、メールの到着や時間の経過を意図して待つこともあります（待機）。複数の検査が同時に進みます。',
    controls:
      '検査の前提を確かめる試験です。対象ごとに一度だけ行い、その結果を前提とする検査すべてに用います。',
    advice: '結論に影響しない逸脱です。',
    open: '判定できませんでしたが、プロファイルが判定を求めていないものです。',
    passed: '要求どおりであることを確認した項目です。',
    notApplicable: '対象に当てはまらない項目です。何がないことを確認したかを併記します。',
    notSelected:
      'プロファイルまたは実行時の指定により検査から除いた項目です。結論はこれらについて何も述べません。',
    legend: '印の形は判定を、色はプロファイルに照らした扱いを表します。',
  },
  controlStates: { found: '確認済み', 'broke-off': '成立せず', 'not-applicable': '該当なし' },
  obstacles: {
    interrupted: (why) => `実行は途中で終了しました：${why}`,
    noTarget: '監査対象が一つもありませんでした。',
    nothingSettled: 'この対象には、合格、警告、不合格のいずれかで終わった検査がありません。',
    usage: '終了コード 3 で終了しました：使用方法または設定に誤りがあります。',
    internal: '終了コード 5 で終了しました：mailspec 自体の障害です。',
  },
  runWhy: {
    conformant: (targets) =>
      targets === 1
        ? '対象は、判定できたプロファイルの要求をすべて満たしています。'
        : `${targets} 対象のすべてが、判定できたプロファイルの要求をすべて満たしています。`,
    'non-conformant': (broken, targets) =>
      targets === 1
        ? '対象はプロファイルの要求に違反しています。'
        : `${targets} 対象のうち ${broken} 対象がプロファイルの要求に違反しています。`,
    undetermined: (open, targets) =>
      targets === 1
        ? '対象がプロファイルを満たすかどうかを判定できませんでした。'
        : `${targets} 対象のうち ${open} 対象について、プロファイルを満たすかどうかを判定できませんでした。`,
  },
  targetWhy: {
    passed: (count) => `${count} 件の要求を満たしています。`,
    findings: (count, critical, first) =>
      `${count} 件の要求に違反しています${critical === 0 ? '' : `（うち緊急 ${critical} 件）`}。${
        count === 1 ? '内容' : '最も重大なもの'
      }：${first} `,
    unsettled: (count, first) =>
      `必須の検査 ${count} 件で判定が得られませんでした。${count === 1 ? '内容' : '最初のもの'}：${first} `,
    waived: (count) => `${count} 件の逸脱が容認されています。`,
    failure: (why) => `監査できませんでした：${why}`,
  },
  notSelectedNote: (count) => `${count} 件の検査は選択されていません。`,
  facts: {
    run: '実行番号',
    started: '開始日時',
    took: '所要時間',
    profile: 'プロファイル',
    strict: '厳格（警告も問題とする）',
    notVerified: 'このプロファイルと原文書との対応は検証されていません。',
    tool: 'ツール',
    runtime: '実行環境',
    machine: 'マシン',
    ci: 'CI',
    engine: 'コンテナーエンジン',
    only: '限定した検査',
    without: '除外した検査',
    exit: '終了コード',
    interrupted: '中断理由',
    driver: 'ドライバー',
    domain: 'ドメイン',
    hostname: 'ホスト名',
    greeting: '接続時の応答',
    beforeTls: 'TLS 開始前の通知',
    insideTls: 'TLS 内での通知',
    noAnswer: '応答なし',
    announced: 'サーバーが通知する機能',
  },
  timeline: {
    summary: (queued, worked, waited) =>
      `全検査の合計は、順番待ち${queued}、作業${worked}、待機${waited}です。`,
    critical: '全体の所要時間を決めた一連の検査',
    chart: '図',
    chartOf: (target, bars) =>
      `${target}に対する実行を時間軸に沿って${bars}本の帯で示した図です。同じ時間を下の表にも示します。`,
    table: '時間の一覧',
    began: '開始までの時間',
    queued: '順番待ち',
    worked: '作業',
    waited: '待機',
    queuedFor: '待った対象',
  },
  overview: { bySuite: '分野別', bySeverity: '重大度別', suite: '分野', severity: '重大度' },
  matrix: {
    show: '表示',
    all: 'すべて',
    check: '検査',
    notSelected: '未選択',
  },
  clauses: {
    clause: '条項',
    requirements: '要求',
    states: clauseStates,
    counts: (target, counts) =>
      `${target}：${(Object.keys(clauseStates) as ClauseState[])
        .filter((state) => counts[state] > 0)
        .map((state) => `${clauseStates[state]} ${counts[state]}`)
        .join('、')}`,
    passed: (count) => `合格 ${count}`,
    absent: (count) => `対象外 ${count}`,
    left: (count) => `未選択 ${count}`,
    notSelected: '未選択',
  },
  result: {
    mend: '対処方法',
    settings: '設定例',
    meaning: '意味',
    requirement: '要求の根拠',
    decides: '条項',
    sent: '送信内容',
    demanded: '要求内容',
    expected: '期待',
    actual: '実際',
    notMet: '要求違反',
    violation: '違反',
    deviation: '逸脱',
    more: (count) => `ほか ${count} 件`,
    transcript: '対話の記録',
    omitted: (count) => `${count} 行省略`,
    omittedEvidence: (count) => `証跡にはさらに ${count} 行あります`,
    variant: '試行',
    verdict: '判定',
    reason: '理由',
    evidence: '証跡',
    evidenceFacts: (events, bytes, redactions) =>
      `イベント ${events} 件、${bytes} オクテット${redactions === 0 ? '' : `、秘匿 ${redactions} 件`}`,
    afterwards: '検査後の状態',
    alive: 'サーバーは応答しました。',
    dead: 'サーバーは応答しなくなりました。',
    buildsOn: '前提とする対照試験',
    builders: 'これを前提とする検査',
    writtenIn: '対照試験の定義',
    limits: '検査の限界',
    source: '検査の定義',
    rerun: '再実行',
    waived: '容認',
    waiver: (until, by) => `${until} まで（承認：${by}）：`,
    clear: '平文',
    tls: 'TLS',
    verified: (count) => `検証 ${count} 件`,
  },
  footer: (version) =>
    `mailspec ${version} が results.json から作成しました。ここに示した内容はすべて results.json に含まれています。`,
};
