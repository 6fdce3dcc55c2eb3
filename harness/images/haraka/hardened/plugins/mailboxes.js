// Who exists here, and how mail gets there: by LMTP, also for what users write to each other.

const DOMAIN = 'example.test';
const ROLES = { postmaster: 'alice', abuse: 'alice' };

exports.register = function () {
  this.accounts = Object.keys(this.config.get('accounts.json').users);
  this.lmtp = this.config.get('lmtp.ini').main;
};

exports.hook_rcpt = function (next, connection, [recipient]) {
  const { rcpt_to: recipients } = connection.transaction;
  const user = recipient.user.toLowerCase();
  // `postmaster` needs no domain, RFC 5321, section 4.5.1.
  const host = recipient.host?.toLowerCase() || (user === 'postmaster' ? DOMAIN : '');
  if (host !== DOMAIN) {
    if (!connection.relaying) return next(DENY, '5.7.1 Relaying is not permitted');
    // RFC 6409, section 6.2: a name of one label means something else at the next machine.
    return /\.|^\[/.test(host) ? next(OK) : next(DENY, '5.1.2 The domain is not fully qualified');
  }
  if (Object.hasOwn(ROLES, user)) {
    recipients[recipients.length - 1] = new recipient.constructor(ROLES[user], DOMAIN);
    return next(OK);
  }
  if (this.accounts.includes(`${user.split('+')[0]}@${DOMAIN}`)) return next(OK);
  next(DENY, '5.1.1 Unknown user');
};

exports.hook_get_mx = function (next, _message, domain) {
  if (domain.toLowerCase() !== DOMAIN) return next();
  next(OK, { using_lmtp: true, priority: 0, exchange: '127.0.0.1', path: this.lmtp.path });
};
