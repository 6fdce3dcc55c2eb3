// What Haraka lets pass at STARTTLS and AUTH. Stands before the plugins that answer these commands.

exports.hook_unrecognized_command = (next, connection, [verb, rest = '']) => {
  const parameters = rest.split(/\s+/).filter((word) => word !== '');
  const refuse = (code, text) => connection.respond(code, text, () => next(OK));
  const { authenticating, auth_method: method, auth_user: user } = connection.notes;
  if (!authenticating && /^STARTTLS$/i.test(verb)) {
    // RFC 3207, sections 4 and 4.2: no parameters, and no TLS inside TLS.
    if (connection.tls.enabled) return refuse(503, '5.5.1 TLS is active already');
    if (parameters.length > 0) return refuse(501, '5.5.4 STARTTLS takes no parameters');
    return next();
  }
  if (!authenticating && /^AUTH$/i.test(verb)) {
    // RFC 4954, section 4: one AUTH a session.
    if (user) return refuse(503, '5.5.1 Already authenticated');
    const [mechanism, response] = parameters;
    return wrong(mechanism, response) ? refuse(501, '5.5.2 The response is no such thing') : next();
  }
  if (!authenticating) return next();
  if (!wrong(method, verb)) return next();
  connection.notes.authenticating = false;
  connection.notes.auth_plain_asked_login = false;
  connection.notes.auth_login_asked_login = false;
  connection.notes.auth_login_userlogin = null;
  refuse(501, verb === '*' ? '5.7.0 Cancelled' : '5.5.2 The response is no such thing');
};

/** Not base64 (RFC 4648, section 4), or for PLAIN not three parts (RFC 4616, section 2). */
function wrong(mechanism, response) {
  if (response === undefined) return false;
  const octets = Buffer.from(response, 'base64');
  if (octets.toString('base64') !== response) return true;
  return /^PLAIN$/i.test(mechanism ?? '') && octets.filter((octet) => octet === 0).length !== 2;
}
