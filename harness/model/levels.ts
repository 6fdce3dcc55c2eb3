/** How strongly the cited text binds a server; `policy`: no RFC obligation, the rule is current practice. */
export type Level = 'MUST' | 'SHOULD' | 'MAY' | 'policy';
/** Impact if violated: abuse at once, protection lost under attack, weakened, hygiene, documentation. */
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info';
/**
 * What a check may do to the target; a target grants each by name. `destructive`: servers are known that
 * die of it, so it is never granted by default, nor ever to a server that runs already.
 */
export type Safety = 'safe' | 'sends-mail' | 'intrusive' | 'destructive';
/**
 * What a check leaves behind while it runs. `reads`: nothing; `fails-logins`: wrong passwords, run
 * after the others, one check at a time; `delivers`: a message; `disturbs`: load or state
 * that other checks can feel, run last and alone, followed by a control conversation.
 */
export type Effect = 'reads' | 'fails-logins' | 'delivers' | 'disturbs';
