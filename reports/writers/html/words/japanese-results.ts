import type { ClauseState } from '../../../model/clause-state.ts';
import type { RESULTS } from './english-results.ts';

const clauseStates: Readonly<Record<ClauseState, string>> = {
  met: '充足',
  'not-met': '未充足',
  undecided: '未判定',
  'not-applicable': '対象外',
  undecidable: '外部からは判定不可',
};

/** What is said about single results, controls and clauses, and about their times, in Japanese. */
export const JAPANESE_RESULTS: typeof RESULTS = {
  search: {
    words: '語句',
    suite: '分野',
    severity: '重大度',
    verdict: '判定',
    reset: 'すべて表示',
    found: (count, all) => `${all} 件中 ${count} 件`,
  },
  likely: {
    looksLike: '次の動作に類似',
    or: 'または',
    explains: (count) => `これで説明できる指摘 ${count} 件`,
    doesNotFit: '一致しない点（合格した検査）',
    open: (count) => `判定できなかった検査 ${count} 件`,
    which: '該当する検査',
    neverAnswered: '対象は一度も応答しませんでした。',
    silentSince: (check, moment) => `${check}（${moment}）以降、応答がありません。`,
  },
  controlStates: { found: '確認済み', 'broke-off': '成立せず', 'not-applicable': '該当なし' },
  obstacles: {
    interrupted: '実行は途中で終了しました：',
    noTarget: '監査対象が一つもありませんでした。',
    nothingSettled: 'この対象には、合格、警告、不合格のいずれかで終わった検査がありません。',
    usage: '終了コード 3 で終了しました：使用方法または設定に誤りがあります。',
    internal: '終了コード 5 で終了しました：mailspec 自体の障害です。',
  },
  timeline: {
    summary: (queued, worked, waited) =>
      `全検査の合計は、順番待ち${queued}、作業${worked}、待機${waited}です。`,
    critical: '全体の所要時間を決めた一連の検査',
    chart: '図',
    shorter: (count) => `より短い ${count} 件`,
    chartOf: (target, bars) =>
      `${target}に対する実行を時間軸に沿って${bars}本の帯で示した図です。同じ時間を下の表にも示します。`,
    table: '時間の一覧',
    began: '開始までの時間',
    queued: '順番待ち',
    worked: '作業',
    waited: '待機',
    queuedFor: '待った対象',
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
    otherServers: (names) => `${names} の設定例`,
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
    moreLines: (count) => `ほか ${count} 行`,
    again: (lines, times) =>
      lines === 1 ? `上の行が ${times} 回続きました。` : `上の ${lines} 行が ${times} 回続きました。`,
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
};
