// Ports 587 and 465: AUTH inside TLS and nowhere else, and an account sends as itself. `auth/flat_file`
// of Haraka would offer AUTH before TLS to every client with a private address, and on port 25.

const PORTS = [587, 465];
const METHODS = ['PLAIN', 'LOGIN'];

exports.register = function () {
  this.inherits('auth/auth_base');
  this.users = this.config.get('accounts.json').users;
};

exports.hook_capabilities = (next, connection) => {
  if (PORTS.includes(connection.local.port) && connection.tls.enabled) {
    connection.capabilities.push(`AUTH ${METHODS.join(' ')}`);
    connection.notes.allowed_auth_methods = METHODS;
  }
  next();
};

exports.get_plain_passwd = function (user, _connection, answer) {
  answer(Object.hasOwn(this.users, user) ? this.users[user] : null);
};

// The null sender stays open to every account, RFC 6409, section 3.2.
exports.hook_mail = (next, connection, [sender]) => {
  if (!connection.relaying || sender.isNull() || isOwn(sender.address, connection)) return next();
  next(DENY, `5.7.1 ${sender.format()} is not an address of this account`);
};

exports.hook_data_post = (next, connection) => {
  if (!connection.relaying) return next();
  const fields = connection.transaction.header.get_all('From');
  if (fields.length !== 1) return next(DENY, '5.6.0 A message has one From field');
  const address = fields[0].match(/([^\s<>",:;]+@[^\s<>",:;]+)\s*>?\s*$/)?.[1];
  if (!address || !isOwn(address, connection))
    return next(DENY, '5.7.1 The From field is not an address of this account');
  next();
};

// alice+lists@example.test is alice's.
function isOwn(address, connection) {
  return address.toLowerCase().replace(/\+[^@]*@/, '@') === connection.notes.auth_user;
}
