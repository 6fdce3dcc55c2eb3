/**
 * Every way in which the reference servers can misbehave, by name. A fault is one deviation from an
 * otherwise well-behaved server; the text says what the server does and on which roles. Checks name
 * the faults they catch in `kills`, and the kill matrix proves it.
 */
export const FAULTS = {
  // Authentication before TLS.
  'smtp-advertises-plain-before-tls': 'EHLO before TLS lists AUTH PLAIN LOGIN on submission.',
  'mx-advertises-plain-before-tls': 'EHLO before TLS lists AUTH LOGIN PLAIN on mx, and takes it.',
  'smtp-advertises-bearer-before-tls':
    'EHLO before TLS lists AUTH OAUTHBEARER XOAUTH2 on submission and challenges it.',
  'smtp-accepts-hidden-auth-before-tls':
    'AUTH is not listed before TLS on submission, yet AUTH PLAIN with the right password gets 235.',
  'mx-accepts-hidden-auth-before-tls': 'AUTH LOGIN works on mx without TLS, although it is not listed.',
  'smtp-evaluates-password-before-tls':
    'AUTH PLAIN before TLS is refused, but with 535 for a wrong password and 538 for the right one.',
  'smtp-offers-cram-md5-before-tls': 'EHLO before TLS lists AUTH CRAM-MD5 on submission.',
  'pop3-accepts-user-pass-before-tls': 'USER and PASS log in on pop3 without STLS.',
  'pop3-solicits-password-before-tls': 'USER before STLS gets +OK, PASS is always refused.',
  'pop3-lists-plain-before-tls': 'CAPA before STLS lists USER and SASL PLAIN LOGIN.',
  'pop3-accepts-sasl-plain-before-tls': 'AUTH PLAIN before STLS is challenged with "+ " and logs in.',
  'pop3-offers-apop-before-tls':
    'The greeting carries an APOP timestamp and CAPA lists SASL CRAM-MD5 before STLS.',
  'pop3-refuses-right-password-differently':
    'Before STLS the wrong password gets "-ERR [AUTH] wrong password", the right one "-ERR TLS required".',
  'imap-omits-logindisabled': 'CAPABILITY before STARTTLS lacks LOGINDISABLED and lists AUTH=PLAIN.',
  'imap-accepts-login-before-tls': 'LOGIN works on imap without STARTTLS.',
  'imap-accepts-authenticate-before-tls': 'AUTH=PLAIN is listed and accepted on imap before STARTTLS.',
  'imap-refuses-right-password-differently':
    'Before STARTTLS a wrong password gets NO [AUTHENTICATIONFAILED], the right one NO [PRIVACYREQUIRED].',
  'imap-greeting-capabilities-disagree':
    'The CAPABILITY code of the imap greeting lacks LOGINDISABLED, the CAPABILITY reply has it.',
  'imap-sends-preauth': 'The greeting on imap is PREAUTH.',

  // The upgrade to TLS.
  'mx-omits-starttls': 'EHLO on mx does not list STARTTLS.',
  'mx-omits-starttls-over-ipv6': 'EHLO on mx does not list STARTTLS to clients with IPv6 addresses.',
  'submission-without-tls': 'submission offers no STARTTLS, and submissions does not listen.',
  'submissions-closed': 'submissions does not listen.',
  'pop3-omits-stls': 'CAPA does not list STLS, although STLS works.',
  'pop3-announces-stls-and-refuses': 'CAPA lists STLS; the command gets -ERR.',
  'imap-omits-starttls': 'CAPABILITY does not list STARTTLS and the command is refused.',
  'upgrade-handshake-fails':
    'The upgrade command is answered positively, then the connection is closed instead of a handshake.',
  'upgrade-refused': 'STARTTLS, listed by EHLO, is answered 502 on every SMTP upgrade role.',
  'smtp-starttls-takes-parameter': 'STARTTLS with a parameter is answered 220.',
  'smtp-starttls-parameter-wrong-code': 'STARTTLS with a parameter is answered 502 instead of 501.',
  'smtp-keeps-hello-across-tls':
    'After the handshake MAIL is taken without a new EHLO, and Received carries the name given before TLS.',
  'smtp-never-demands-hello': 'MAIL is taken without EHLO at any time.',
  'smtp-keeps-envelope-across-tls': 'Sender and recipients given before TLS are still there after it.',
  'smtp-offers-starttls-inside-tls': 'EHLO inside TLS lists STARTTLS.',
  'imap-offers-starttls-inside-tls': 'CAPABILITY inside TLS lists STARTTLS.',
  'pop3-offers-stls-inside-tls': 'CAPA inside TLS lists STLS.',
  'answers-second-upgrade': 'The upgrade command inside TLS is answered positively, on every protocol.',
  'closes-on-second-upgrade': 'The upgrade command inside TLS ends the connection, on every protocol.',
  'smtp-executes-buffered-inside-tls':
    'Commands received after STARTTLS in the clear are executed inside TLS (the CVE-2011-0411 class).',
  'smtp-executes-buffered-in-clear':
    'Commands received after STARTTLS are executed and answered in the clear, after the 220.',
  'smtp-executes-buffered-late':
    'Commands received after STARTTLS are executed inside TLS, together with the first command given there.',
  'smtp-keeps-incomplete-line-across-tls':
    'An incomplete line received after STARTTLS is completed by the first octets inside TLS.',
  'pop3-executes-buffered-inside-tls': 'Commands received after STLS in the clear are executed inside TLS.',
  'pop3-executes-buffered-in-clear':
    'Commands received after STLS are executed and answered in the clear, after the +OK.',
  'pop3-keeps-incomplete-line-across-tls': 'An incomplete line received after STLS is completed inside TLS.',
  'imap-executes-buffered-inside-tls':
    'Commands received after STARTTLS in the clear are executed inside TLS.',
  'imap-executes-buffered-in-clear':
    'Commands received after STARTTLS are executed and answered in the clear.',
  'imap-keeps-incomplete-line-across-tls':
    'An incomplete line received after STARTTLS is completed inside TLS.',
  'executes-clear-after-go-ahead':
    'After the positive answer to the upgrade command, commands in the clear are executed, on every protocol.',
  'returns-to-clear-after-go-ahead':
    'Clear octets instead of a ClientHello get an error (SMTP 454, POP3 -ERR, IMAP BAD) in the clear, and the session goes on in the clear.',
  'pop3-serves-mailbox-without-login': 'STAT works directly after STLS, without a login.',
  'imap-serves-mailbox-without-login': 'SELECT works directly after STARTTLS, without a login.',
  'upgrade-accepted-after-login': 'STLS and STARTTLS are accepted after a login.',
  'imap-keeps-logindisabled-inside-tls':
    'LOGINDISABLED stays listed inside TLS and no AUTH= is listed there.',
  'smtp-no-auth-inside-tls': 'EHLO inside TLS lists no AUTH on submission and submissions.',
  'pop3-no-login-inside-tls': 'CAPA inside TLS lists neither USER nor SASL.',
  'mx-demands-starttls': 'MAIL before TLS on mx is answered 530 5.7.0.',
  'submission-takes-mail-before-tls': 'MAIL and RCPT before TLS are taken on submission.',
  'submission-refuses-clear-with-other-code':
    'MAIL before TLS on submission is refused with 550 instead of 530.',
  'smtp-keeps-login-across-tls':
    'AUTH PLAIN works in the clear on submission, and the login survives the upgrade to TLS.',
  'begun-login-survives-upgrade':
    'A login begins in the clear: USER is kept across STLS, and AUTH PLAIN goes on inside TLS where the upgrade command comes instead of the response.',
  'body-with-starttls-refused': 'A message whose body contains the word STARTTLS is refused with 554.',

  // Submission and SMTP AUTH.
  'submission-closed': 'submission does not listen.',
  'submission-takes-unauthenticated-mail':
    'MAIL, RCPT and DATA are taken on submission and submissions without AUTH, for local recipients.',
  'submission-relays-unauthenticated-mail':
    'As submission-takes-unauthenticated-mail, for external recipients too.',
  'submission-refuses-at-rcpt': 'Without AUTH, MAIL gets 250 and RCPT 554 5.7.1.',
  'submission-demands-auth-with-other-code': 'MAIL without AUTH is refused with 550 instead of 530.',
  'smtp-omits-plain-inside-tls': 'EHLO inside TLS lists AUTH without PLAIN.',
  'auth-plain-needs-initial-response': 'AUTH PLAIN without initial response is answered 501.',
  'auth-plain-challenge-not-empty': 'The 334 challenge of AUTH PLAIN carries text.',
  'auth-refuses-everyone': 'Right credentials are answered 535.',
  'auth-temporarily-unavailable': 'AUTH is answered 454 4.7.0.',
  'auth-reveals-unknown-user':
    'An unknown login gets "535 5.7.8 unknown user", a wrong password "535 5.7.8 bad password".',
  'auth-failure-other-code': 'Wrong credentials are answered 550 instead of 535.',
  'auth-accepts-any-password': 'Any password is accepted.',
  'auth-accepted-twice': 'A second AUTH after success is answered 235.',
  'auth-accepted-in-transaction': 'AUTH after MAIL is answered 235.',
  'auth-cancel-ignored': 'After "*" the server keeps waiting for a response.',
  'auth-accepts-bad-base64':
    'A response that is not base64 is decoded as far as possible instead of being refused with 501.',
  'auth-unknown-mechanism-other-code': 'An unknown mechanism is answered 535 instead of 504.',
  'auth-unknown-mechanism-challenged': 'An unknown mechanism is challenged with 334.',
  'auth-long-response-becomes-command':
    'A response over 4096 octets is cut; the rest is read as a new command.',
  'auth-long-response-hangs': 'A response over 12288 octets is never answered.',
  'auth-accepts-empty-password': 'PLAIN with an empty password is answered 235.',
  'auth-accepts-foreign-authzid':
    'PLAIN with the password of one account and the authorization identity of another logs in as the other.',
  'auth-ignores-authzid': 'PLAIN with a foreign authorization identity logs in as the authenticated account.',
  'auth-accepts-nul-tricks': 'PLAIN messages with one NUL, or with octets after a third, are taken.',
  'auth-offers-anonymous': 'AUTH ANONYMOUS is listed and gives the rights of a user.',
  'auth-offers-only-plain': 'Inside TLS only PLAIN and LOGIN are listed.',
  'auth-offers-weak-mechanisms': 'Inside TLS CRAM-MD5 is listed beside the others.',
  'scram-constant-nonce': 'SCRAM always uses the same server nonce and accepts a replayed proof.',
  'scram-accepts-wrong-proof': 'SCRAM does not check the proof.',
  'scram-wrong-server-signature': 'The v= of SCRAM is not the server signature.',
  'scram-accepts-changed-nonce': 'SCRAM does not compare the nonce of the final message.',
  'scram-accepts-mandatory-extension': 'SCRAM ignores m=ext instead of failing.',
  'scram-few-iterations': 'SCRAM announces 1000 iterations.',
  'scram-accepts-downgrade-flag': 'The GS2 flag y is accepted although -PLUS mechanisms are listed.',
  'scram-ignores-channel-binding': 'The channel binding data of a -PLUS mechanism are not compared.',
  'scram-plus-without-exporter': '-PLUS is listed, but tls-exporter is refused on TLS 1.3.',
  'auth-accepted-before-ehlo': 'AUTH is taken inside TLS before an EHLO there.',
  'auth-external-without-certificate':
    'AUTH EXTERNAL with the identity of an account is answered 235 without a client certificate.',
  'submission-refuses-null-sender': 'MAIL FROM:<> is answered 550 on submission and submissions.',
  'auth-drops-after-first-failure': 'The connection is closed after the first wrong password.',
  'auth-never-slows-down': 'Any number of wrong passwords is answered at full speed.',
  'submissions-takes-unauthenticated-mail':
    'submissions takes mail for local recipients without AUTH; submission does not.',
  'submission-offers-etrn': 'EHLO on submission and submissions lists ETRN, and ETRN gets 250.',
  'submission-omits-extensions':
    'EHLO on submission and submissions lacks PIPELINING, ENHANCEDSTATUSCODES, 8BITMIME and DSN.',

  // What becomes of submitted mail.
  'submission-denies-relay-to-users':
    'Recipients elsewhere get 554 5.7.1 on submission and submissions, although the user is authenticated.',
  'submission-received-denies-auth': 'The Received field of mail from authenticated users says "with ESMTP".',
  'submission-received-without-cipher': 'The Received field of submitted mail has no tls clause.',
  'submission-removes-received': 'Submitted mail gets no Received field.',
  'submission-sends-as-other-user':
    'An authenticated user may put any address of any domain into MAIL and From.',
  'submission-takes-foreign-from': 'An authenticated user may put any address into From, and none into MAIL.',
  'submission-forwards-unqualified-sender':
    'A sender in a domain of one label is taken from every user and leaves as it is.',
  'submission-forwards-unqualified-recipient':
    'A recipient in a domain of one label is taken from authenticated users and looked up as it is.',
  'submission-adds-no-date': 'A submitted message without Date leaves without one.',
  'submission-adds-no-message-id': 'A submitted message without Message-ID leaves without one.',
  'submission-relays-without-from': 'A submitted message without From is taken and leaves without one.',
  'submission-relays-two-from-fields':
    'A submitted message with two From fields is taken and leaves as it is.',
  'submission-relays-long-lines': 'A submitted message may have lines of any length, and leaves with them.',
  'submissions-relays-unauthenticated-mail':
    'submissions takes mail for local and external recipients without AUTH; submission does not.',
  'submissions-offers-weak-mechanisms': 'submissions lists CRAM-MD5; submission does not.',
  'submissions-accepts-empty-password':
    'PLAIN with an empty password is answered 235 on submissions, and refused on submission.',
  'submissions-sends-as-other-user':
    'On submissions an authenticated user may use any address in MAIL and From; not on submission.',

  // Mail on its way out.
  'outbound-swallows-mail':
    'Outgoing mail is taken, its next hop is looked up, and it is thrown away without a report.',
  'outbound-never-uses-tls': 'Outgoing mail is sent in the clear although the next hop offers STARTTLS.',
  'outbound-skips-second-ehlo':
    'EHLO is not repeated inside TLS on outgoing connections; MAIL follows the handshake.',
  'outbound-keeps-capabilities-across-tls':
    'EHLO is repeated inside TLS on outgoing connections, but what was listed before TLS is used.',
  'outbound-obeys-size-from-before-tls':
    'Outgoing mail over the SIZE that was listed before TLS is not sent.',
  'outbound-keeps-input-across-tls':
    'What the next hop sent after its go-ahead in the clear is read as the reply to EHLO inside TLS (the CVE-2021-38371 class).',
  'outbound-pipelines-after-starttls': 'MAIL is sent after STARTTLS in the same segment.',
  'outbound-ignores-required-tls':
    'Mail to destinations for which TLS is required is sent in the clear where there is none.',

  // Transport policies of outgoing mail: DNSSEC, DANE, MTA-STS.
  'outbound-believes-bogus-answers':
    'What the DNS says with broken or expired signatures counts as if it were unsigned.',
  'outbound-without-dane': 'TLSA records of a next hop are never looked up.',
  'outbound-without-mta-sts': 'MTA-STS policies are never looked up.',
  'outbound-gives-up-tls-after-bad-certificate':
    'A next hop whose certificate does not satisfy DANE or MTA-STS is given the message in the clear.',
  'dane-demands-name-of-pinned-key':
    'A certificate that matches a TLSA record of usage 3 must also name the next hop.',
  'dane-delivers-despite-mismatch': 'Mail goes to a next hop whose certificate matches no TLSA record.',
  'dane-delivers-without-starttls':
    'Mail goes in the clear to a next hop that has TLSA records and offers no TLS.',
  'dane-takes-failure-for-absence': 'A lookup of TLSA records that fails counts as if there were none.',
  'dane-ignores-unusable-records': 'TLSA records none of which can be used count as if there were none.',
  'dane-skips-name-below-trust-anchor':
    'A certificate below an authority that a TLSA record of usage 2 names need not name the next hop.',
  'dane-trusts-insecure-records': 'TLSA records are obeyed whether or not the DNS vouches for them.',
  'dane-prefers-hosts-with-records': 'Next hops with TLSA records are tried before better ones without.',
  'dane-sends-no-server-name': 'The handshake under DANE carries no server name.',
  'sts-sends-recipient-domain-as-server-name':
    'The handshake under MTA-STS carries the domain of the recipient as server name.',
  'sts-enforces-nothing': 'MTA-STS policies are fetched, and mail is sent as if there were none.',
  'sts-skips-certificate-name': 'The certificate of a next hop under MTA-STS need not name it.',
  'sts-pattern-matches-any-depth': 'A wildcard in an MTA-STS policy stands for any number of labels.',
  'sts-enforces-testing': 'An MTA-STS policy in mode testing is enforced.',
  'sts-follows-redirects': 'Redirects are followed when an MTA-STS policy is fetched.',
  'sts-trusts-any-policy-host': 'An MTA-STS policy is taken from a host with any certificate.',
  'sts-takes-any-policy-text': 'An MTA-STS policy may be of any media type and length.',
  'sts-takes-policy-of-parent':
    'A domain without MTA-STS policy is sent to by the policy of its parent domain.',
  'sts-drops-cache-without-answer': 'A cached MTA-STS policy is not applied when its record cannot be found.',
  'sts-keeps-expired-policy': 'A cached MTA-STS policy is applied for ever.',
  'outbound-greets-with-single-label':
    'Outgoing mail is sent under a host name of one label, as the id of a container is.',
  'outbound-greets-with-unknown-name': 'Outgoing mail is sent under the name localhost.localdomain.',
  'outbound-greets-with-name-of-another':
    'Outgoing mail is sent under a name that has the address of another server.',
  'outbound-without-helo': 'A next hop that refuses EHLO is not offered HELO, and is tried again later.',
  'outbound-sends-again-after-odd-quit':
    'A message that a next hop took is sent again where its reply to QUIT is not 221.',
  'outbound-logs-in-anywhere': 'AUTH PLAIN is sent to every next hop that offers it, in the clear too.',
  'outbound-drops-demand-after-failure':
    'Once TLS with a host failed, neither DANE nor MTA-STS demand it of that host.',
  'sts-overrides-dane': 'A next hop that an enforced MTA-STS policy accepts need not satisfy DANE.',
  'tls-reports-unsent': 'Nobody is told how TLS with their hosts went.',
  'tls-reports-omit-failures': 'Reports on TLS tell of successes alone.',
  'tls-reports-miscount': 'Reports on TLS count one success too many.',
  'tls-reports-without-reason': 'Reports on TLS count failures and have no details of them.',
  'tls-reports-unasked': 'Reports on TLS go to the postmaster of domains that have no record that asks.',
  'tls-reports-for-invalid-records':
    'A record that asks for reports on TLS is obeyed whatever version it has, and beside other ones.',
  'tls-reports-to-postmaster': 'Reports on TLS go to the postmaster of the domain, wherever it wants them.',
  'tls-reports-without-fields': 'Reports on TLS have no TLS-Report-Domain and TLS-Report-Submitter fields.',
  'tls-reports-need-good-tls': 'Reports on TLS are not delivered to servers whose certificate is not good.',

  // What the DNS tells senders of a policy of mx.
  'tlsa-of-previous-certificate': 'The TLSA record of mx is for another key than mx shows.',
  'tlsa-absent': 'No TLSA record is published for mx.',
  'published-policy-names-old-mx': 'The enforced MTA-STS policy names another host than mx.',
  'tls-report-record-malformed': 'The TLSRPT record has no address for reports.',

  // POP before SMTP. Faults named pop-before-smtp offer it, with a declared window of 3 s.
  'mx-trusts-private-networks': 'mx relays for clients of loopback and private networks.',
  'pop3-login-opens-relay':
    'A POP3 login opens mx for its address for a minute; the feature is not declared.',
  'pop3-login-in-clear-opens-relay':
    'A POP3 login without TLS, and none inside it, opens mx for its address, which nobody declared.',
  'pop3-login-opens-submission':
    'A POP3 login opens mx and submission for its address, without AUTH; the feature is not declared.',
  'imap-login-opens-relay':
    'An IMAP login opens mx for its address for a minute; the feature is not declared.',
  'pop-before-smtp-never-expires': 'A login opens mx for its address for ever.',
  'pop-before-smtp-longer-than-declared': 'The window is four times as long as declared.',
  'pop-before-smtp-refreshed-by-smtp': 'Every recipient that the window lets through starts it anew.',
  'pop-before-smtp-opened-by-failed-login': 'A login with wrong credentials opens mx for its address.',
  'pop-before-smtp-opened-by-connection': 'A connection to POP3 or IMAP opens mx for its address.',
  'pop-before-smtp-opened-by-cleartext-login':
    'USER and PASS log in on pop3 without STLS, and the login opens mx for its address.',
  'pop-before-smtp-grants-network': 'A login opens mx for the /24 of its address.',
  'pop-before-smtp-takes-any-sender': 'The window is open to every sender address.',
  'pop-before-smtp-believes-asserted-address':
    'A mailbox login opens mx for the address that the client gave by PROXY or XCLIENT on POP3, or by ID on IMAP.',

  // Lists of addresses in the DNS, asked by mx.
  'dnsbl-keeps-octet-order': 'The octets of an IPv4 address are not reversed in the name that is looked up.',
  'dnsbl-asks-about-ipv4-only': 'No list is asked about clients with IPv6 addresses.',
  'dnsbl-result-ignored': 'Lists are asked, and listed clients are served like others.',
  'dnsbl-refusal-unexplained': 'The refusal of a listed client names neither the list nor a reason.',
  'dnsbl-any-answer-counts':
    'Any A record means that a client is listed, whatever it says and whatever the test entries of the list say.',
  'dnsbl-test-entries-unchecked':
    'A list is believed although 127.0.0.1 is on it, or 127.0.0.2 is not (RFC 5782 §5).',
  'dnsbl-failure-refuses': 'Clients are refused with 554 while a list gives no answer.',
  'dnsbl-failure-defers': 'Clients are refused with 451 while a list gives no answer.',
  'dnsbl-blocks-submission': 'Authenticated users at a listed address are refused on submission.',
  'dnsbl-blocks-postmaster': 'Listed clients are refused for postmaster too.',
  'dnsbl-allow-list-opens-relay': 'mx relays for clients that are on an allow list.',
  'outbound-address-listed': 'The address that mail leaves from is on a list.',
  'outbound-address-unnamed': 'The address that mail leaves from has no name in the DNS.',

  // The access network between subscribers and everybody else, and how users find submission.
  'network-passes-port-25': 'Nothing keeps subscribers from port 25 outside.',
  'network-passes-port-25-to-some': 'Port 25 is blocked towards one of the outside networks only.',
  'network-passes-port-25-over-ipv6': 'Port 25 is blocked over IPv4 only.',
  'network-strips-starttls-from-port-25': 'STARTTLS is taken away on its way from port 25 outside.',
  'network-intercepts-port-25':
    'Port 25 of every address, used or not, is answered by a proxy that takes STARTTLS away.',
  'network-blocks-submission': 'Port 587 outside is blocked.',
  'network-answers-submission': 'Port 587 outside is answered by a server of the provider.',
  'network-blocks-submissions': 'Port 465 outside is blocked.',
  'network-answers-submissions': 'Port 465 outside is answered by a server of the provider.',
  'network-rewrites-starttls':
    'STARTTLS and STLS are overwritten on their way to the subscriber, on 587, 110 and 143.',
  'client-records-name-port-25': 'The SRV record of submission directs users to port 25.',

  // Relaying, and what is done to avoid it.
  'mx-relays-for-everybody': 'mx takes mail from anybody to anybody and delivers it.',
  'mx-relays-over-ipv6': 'mx relays for everybody who has an IPv6 address.',
  'mx-relays-null-sender': 'mx relays for the null sender.',
  'mx-relays-local-sender': 'mx relays for senders in its own mail domain.',
  'mx-relays-localhost-sender': 'mx relays for senders at localhost.',
  'mx-relays-literal-sender': 'mx relays for senders at an address literal.',
  'mx-relays-percent-hack': 'mx relays user%elsewhere at its mail domain to user@elsewhere.',
  'mx-relays-source-route': 'mx relays a recipient elsewhere whose source route begins with mx itself.',
  'mx-relays-bang-path': 'mx relays elsewhere!user at its mail domain to user@elsewhere.',
  'mx-relays-quoted-local-part': 'mx relays "user@elsewhere" at its mail domain to user@elsewhere.',
  'mx-relays-doubled-at': 'mx relays user@elsewhere@ its mail domain to user@elsewhere.',
  'mx-relays-address-literal': 'mx relays to every IPv4 address literal.',
  'mx-relays-by-hello-name':
    'mx relays for clients that greet as localhost, as its host name or as its mail domain.',
  'failed-login-grants-relay':
    'AUTH with wrong credentials is answered 535 and leaves the rights of the first account.',
  'cancelled-login-grants-relay':
    'A SASL exchange that is cancelled or broken is answered 501 and leaves the rights of the first account.',
  'mx-relays-inside-tls': 'mx relays for everybody inside TLS.',
  'mx-relays-for-any-client-certificate':
    'mx asks for a client certificate and relays for whoever shows one.',
  'mx-relays-as-backup': 'mx relays for domains that name it among their mail exchangers.',
  'mx-relays-subdomains': 'mx relays to every domain below its mail domain.',
  'mx-relays-by-unanchored-pattern':
    'mx relays to every recipient elsewhere whose address holds its mail domain somewhere.',
  'mx-relays-by-suffix': 'mx relays to every domain that ends with its mail domain, with or without a dot.',
  'mx-relays-by-prefix': 'mx relays to every domain that begins with its mail domain.',
  'mx-relays-by-unescaped-pattern':
    'mx relays to domains that match its mail domain where a dot stands for any character.',
  'mx-relays-trailing-dot': 'mx relays to recipients whose domain ends in a dot.',
  'mx-bounces-foreign-mail': 'mx takes mail for recipients elsewhere and sends the sender a failure report.',
  'mx-drops-foreign-mail': 'mx takes mail for recipients elsewhere and throws it away.',
  'mx-bounces-unknown-users': 'mx takes mail for unknown users and sends the sender a failure report.',
  'mx-drops-unknown-users': 'mx takes mail for unknown users and throws it away.',
  'mx-notifies-original-recipient':
    'A notification of success goes to the address of ORCPT instead of the sender.',
  'mx-puts-off-unknown-users': 'mx refuses mail for unknown users with 450, again and again.',
  'mx-refuses-relay-for-now': 'mx refuses to relay with 454 4.7.1.',
  'mx-refuses-relay-without-enhanced-code': 'mx refuses to relay with 550 and no enhanced code.',
  'mx-relays-after-local-recipient': 'mx relays in a transaction that has a local recipient already.',
  'mx-relays-forged-srs': 'mx relays SRS0 addresses at its mail domain without checking their hash.',
  'mx-refuses-bare-postmaster': 'RCPT TO:<postmaster> is answered 550 on mx.',
  'mx-refuses-null-sender': 'MAIL FROM:<> is answered 550 on mx.',
  'mx-refuses-routing-characters': 'A recipient with =, % or ! in its local part is answered 553 on mx.',
  'mx-trusts-xclient': 'mx takes XCLIENT from everybody and relays for who sent it.',
  'mx-trusts-proxy-header':
    'mx takes a PROXY header in front of the first command from everybody and relays for who sent it.',
  'mx-takes-programs-as-recipients': 'mx takes recipients that name a program or a file.',

  // TLS: ports, certificates, versions, suites. Without a role in the name: on every role.
  'submissions-speaks-cleartext': 'submissions speaks SMTP without TLS.',
  'imaps-speaks-cleartext': 'imaps speaks IMAP without TLS.',
  'pop3s-speaks-cleartext': 'pop3s speaks POP3 without TLS.',
  'imaps-closed': 'imaps does not listen.',
  'pop3s-closed': 'pop3s does not listen.',
  'pop3s-serves-mailbox-without-login': 'STAT works on pop3s without a login.',
  'certificate-self-signed': 'The certificate is signed by its own key.',
  'certificate-of-unknown-authority': 'The certificate is signed by an authority that nobody trusts.',
  'certificate-chain-incomplete': 'The certificate of the intermediate authority is not sent.',
  'certificate-outside-name-constraints':
    'The certificate is signed by an authority that may certify names below intranet.test alone.',
  'certificate-with-unknown-critical-extension':
    'The certificate has a critical extension that nobody knows.',
  'certificates-out-of-order':
    'The certificate of the intermediate authority is sent after that of the one above it.',
  'certificate-of-another-host': 'The certificate names mail.other.test, and the host in its subject only.',
  'certificate-names-subject-only':
    'The certificate names the host in its subject and has no subjectAltName.',
  'certificate-omits-mail-domain': 'The certificate names the host, and not the mail domain.',
  'certificate-expired': 'The certificate expired yesterday.',
  'certificate-not-yet-valid': 'The certificate becomes valid tomorrow.',
  'certificate-about-to-expire': 'Ten days are left of the ninety of the certificate.',
  'certificate-key-rsa-1024': 'The certificate has an RSA key of 1024 bits.',
  'certificate-signed-with-sha1': 'The certificate is signed with SHA-1.',
  'tls-ends-at-1-1': 'TLS 1.0 and 1.1 are spoken, and nothing newer.',
  'tls-without-1-3': 'TLS 1.2 is spoken, and nothing newer.',
  'tls-accepts-1-0-and-1-1': 'TLS 1.0 and 1.1 are accepted beside the newer versions.',
  'tls-accepts-sslv2':
    'A CLIENT-HELLO of SSL 2.0 is answered with a SERVER-HELLO; the handshake goes no further.',
  'tls-accepts-sslv3':
    'A ClientHello of SSL 3.0 is answered with a ServerHello of SSL 3.0; the handshake goes no further.',
  'tls-accepts-anonymous-suites': 'Anonymous key exchange is accepted up to TLS 1.2.',
  'tls-accepts-null-suites':
    'A ClientHello with suites without encryption alone is answered with a ServerHello; it goes no further.',
  'tls-accepts-export-suites': 'As tls-accepts-null-suites, for export suites.',
  'tls-accepts-rc4': 'As tls-accepts-null-suites, for RC4.',
  'tls-accepts-single-des': 'As tls-accepts-null-suites, for single DES.',
  'tls-accepts-triple-des': 'As tls-accepts-null-suites, for 3DES.',
  'tls-accepts-short-primes':
    'As tls-accepts-null-suites, for suites with DHE, and with a prime of 1024 bits after it.',
  'tls-prefers-rsa-key-transport':
    'An RSA certificate; TLS 1.2 prefers key transport by RSA to ephemeral keys.',
  'tls-accepts-rsa-key-transport': 'An RSA certificate; TLS 1.2 accepts key transport by RSA.',
  'tls-compresses':
    'A ClientHello of TLS 1.2 that offers DEFLATE is answered with a ServerHello that chooses it; it goes no further.',
  'tls-without-secure-renegotiation':
    'A ClientHello of TLS 1.2 that offers DEFLATE is answered with a ServerHello without renegotiation_info; it goes no further.',
  'tls-without-extended-master-secret': 'TLS 1.2 has no extended master secret.',
  'tls-accepts-early-data':
    'Resumption with early data is answered with EncryptedExtensions that accept them; it goes no further.',
  'access-asks-for-client-certificate':
    'Every role but mx asks for a client certificate; EXTERNAL is not offered.',
  'mx-refuses-unknown-server-name': 'mx refuses a handshake with another server name than its own.',
  'mx-demands-server-name': 'mx refuses a handshake without server name.',
  'access-refuses-unknown-server-name':
    'Roles other than mx refuse a handshake with another server name than their own.',
  'access-refuses-own-server-name':
    'Roles other than mx end the connection on a handshake with their own server name.',
  'access-demands-server-name': 'Roles other than mx refuse a handshake without server name.',
  'client-records-name-cleartext-only':
    'SRV records are published for submission, imap and pop3 only, which begin in the clear.',
  'client-records-prefer-upgrade':
    'SRV records of submission, imap and pop3 have a better priority than those of submissions, imaps and pop3s.',
  'client-records-absent': 'No SRV record tells mail programs where to go.',
  'client-records-name-unnamed-host': 'SRV records lead to a host that the certificate does not name.',

  // The core of SMTP.
  'smtp-greets-without-name': 'The greeting of every SMTP role is "220 ready".',
  'smtp-greets-with-version': 'The greeting of every SMTP role names a program and its version.',
  'smtp-answers-helo-with-extensions': 'HELO is answered as EHLO is.',
  'smtp-knows-verbs-in-upper-case-only': 'Verbs with a lower-case letter are answered 500.',
  'smtp-closes-on-unknown-verb': 'The connection is closed after the 500 for an unknown verb.',
  'smtp-leaves-without-221': 'QUIT ends the connection without a reply.',
  'smtp-keeps-envelope-across-rset': 'RSET is answered 250, and sender and recipients stay.',
  'smtp-takes-recipients-without-sender': 'RCPT without MAIL is taken, with the null sender.',
  'smtp-takes-second-sender': 'MAIL within a transaction gets 250 and replaces it.',
  'smtp-lists-chunking-and-refuses': 'EHLO lists CHUNKING; BDAT is answered 502.',
  'smtp-takes-unknown-parameters': 'Parameters of MAIL and RCPT that nobody knows are ignored.',
  'smtp-enhanced-code-contradicts': 'An unknown user is answered "550 4.1.1".',
  'smtp-mixes-codes-in-reply': 'The reply to VRFY has two lines, 250- and 252.',
  'smtp-answers-noop-twice': 'NOOP draws two replies.',
  'smtp-vrfy-names-users': 'VRFY answers 250 with the address of a user, and 550 for nobody.',
  'smtp-expn-lists-members': 'EXPN answers 250 with the addresses of all users.',
  'smtp-ends-data-at-lf-dot-lf': 'LF "." LF ends the data too.',
  'smtp-ends-data-at-lf-dot-crlf': 'LF "." CRLF ends the data too.',
  'smtp-ends-data-at-lf-dot-cr': 'LF "." CR ends the data too.',
  'smtp-ends-data-at-cr-dot-cr': 'CR "." CR ends the data too.',
  'smtp-ends-data-at-cr-dot-crlf': 'CR "." CRLF ends the data too.',
  'smtp-ends-data-at-cr-dot-lf': 'CR "." LF ends the data too.',
  'smtp-ends-data-at-crlf-nul-dot-crlf': 'CRLF NUL "." CRLF ends the data too.',
  'smtp-ends-data-at-cr-nul-lf-dot-crlf': 'CR NUL LF "." CRLF ends the data too.',
  'smtp-ends-data-at-crlf-dot-lf': 'CRLF "." LF ends the data too.',
  'smtp-ends-data-at-crlf-dot-cr': 'CRLF "." CR ends the data too.',
  'smtp-ends-data-at-crlf-dot-nul-crlf': 'CRLF "." NUL CRLF ends the data too.',
  'smtp-ends-data-at-crlf-dot-cr-cr-lf': 'CRLF "." CR CRLF ends the data too.',
  'smtp-ends-data-at-crlf-dot-space-crlf': 'CRLF "." SP CRLF ends the data too.',
  'smtp-ends-data-at-lf-dot-lf-and-silence':
    'LF "." LF ends the data where nothing stands after it yet; commands ahead of their time end the connection.',
  'smtp-refuses-false-end-and-goes-on':
    'LF "." LF and LF "." CRLF are answered 451, and what follows is read as commands.',
  'smtp-reads-lf-messages': 'A message whose first line ends in LF alone is ended by LF "." LF.',
  'smtp-delivers-unfinished-messages':
    'A message whose end never came is delivered when the connection ends.',
  'smtp-keeps-stuffed-dots': 'The dot that stuffing put in front of a line stays in the message.',
  'smtp-takes-any-size': 'Messages above the announced SIZE are taken.',
  'smtp-declared-size-overflows': 'A declared SIZE that does not fit into 32 bits counts as nought.',
  'smtp-keeps-envelope-after-refused-message':
    'Sender and recipients of a message that was refused at its end stay for the next one.',
  'smtp-ends-commands-at-lf': 'LF ends a command too.',
  'smtp-ends-commands-at-cr': 'CR ends a command too.',
  'smtp-takes-hello-names-with-lf':
    'The name in EHLO may hold CR and LF, and the Received field is broken there.',
  'outbound-does-not-stuff-dots': 'Dots are not stuffed in outgoing mail.',
  'smtp-looks-at-first-message-only':
    'After a message that was refused at its end, the content of others is not looked at in the session.',
  'smtp-verify-clears-envelope': 'VRFY within a transaction ends it.',
  'smtp-refusals-clear-envelope': 'Any command that is answered 5yz ends the transaction.',
  'smtp-executes-refused-chunks': 'The octets of a chunk without a recipient are read as commands.',
  'smtp-takes-data-after-chunks': 'DATA after BDAT gets 354.',
  'smtp-dot-ends-chunks': 'CRLF "." CRLF in a chunk ends it, and the rest is read as commands.',
  'mx-refuses-literal-hello': 'mx refuses recipients where the hello name is an address literal.',
  'smtp-takes-fifty-recipients': 'The fifty-first recipient gets 452.',
  'smtp-refuses-long-local-parts': 'A sender with a local part over 32 octets gets 501.',
  'smtp-executes-tail-of-long-line':
    'A command line is cut at 2048 octets, and the rest is the next command.',
  'smtp-drops-input-after-refusal': 'What was sent after a command that is refused is dropped.',
  'smtp-holds-last-reply-back':
    'The reply to the last of several commands in one segment waits until more is sent.',
  'smtp-lists-binarymime-alone': 'EHLO lists BINARYMIME without CHUNKING.',
  'smtp-lists-pipelining-with-parameter': 'EHLO lists "PIPELINING YES".',
  'smtp-takes-data-without-recipients': 'DATA without a recipient gets 354, and its message 250.',
  'smtp-takes-malformed-paths':
    'What stands for a path in MAIL and RCPT is taken for an address whatever it is.',
  'smtp-refuses-source-routes': 'A recipient after a source route gets 550.',
  'smtp-received-omits-client': 'The Received field does not name the address of the client.',
  'smtp-never-counts-hops': 'Messages with any number of Received fields are taken.',
  'smtp-counts-few-hops': 'Messages with more than 30 Received fields are refused.',
  'smtp-lists-smtputf8-alone': 'EHLO lists SMTPUTF8 without 8BITMIME.',
  'smtp-takes-utf8-unannounced': 'A sender in UTF-8 is taken without SMTPUTF8.',
  'smtp-short-idle-limit': 'A session is ended after 30 seconds of silence.',
  'smtp-ends-idle-sessions-silently': 'A session that is silent for too long is ended without 421.',
  'outbound-reports-from-postmaster': 'Reports have postmaster for their sender.',
  'outbound-reports-nothing': 'Nothing is reported that could not be delivered.',
  'outbound-prefers-worse-exchangers': 'The exchanger with the worst preference is tried first.',
  'outbound-ignores-null-mx': 'Mail for a domain with a null MX goes to its address.',
  'outbound-goes-past-unusable-exchangers':
    'The address of a domain is one more exchanger after those of its MX records.',
  'outbound-gives-up-on-servfail': 'A domain that cannot be looked up now counts as one that takes no mail.',
  'outbound-takes-451-for-final': 'What the next hop refuses for now is not tried again.',
  'outbound-retries-refusals': 'What the next hop refuses for good is tried again.',
  'outbound-loses-interrupted-mail': 'A message whose transfer breaks off counts as delivered.',
  'smtp-dies-of-oversized-chunks':
    'DATA after a chunk above the size limit ends SMTP: clients are turned away without a word from then on.',
  'submission-relays-stray-octets':
    'A submitted message may hold bare CR, bare LF and NUL, and leaves with them.',

  // The mailbox over POP3.
  'pop3-greets-in-lower-case': 'The greeting on pop3 and pop3s begins with "+ok".',
  'pop3-takes-any-message-number': 'A message number that is not in use stands for the first message.',
  'pop3-lists-top-and-refuses': 'CAPA lists TOP; the command gets "-ERR Unknown command".',
  'pop3-uidl-is-message-number': 'The unique-id of a message is its number in the session.',
  'pop3-uidl-changes-when-read': 'A message gets another unique-id when its flags change.',
  'pop3-does-not-stuff': 'Lines of a message that begin with a dot are sent as they are.',
  'pop3-top-ignores-line-count': 'TOP sends the whole message.',
  'pop3-dele-removes-at-once': 'DELE removes the message without waiting for QUIT.',
  'pop3-updates-without-quit': 'What is marked as deleted is removed when the connection breaks off.',
  'pop3-numbers-shift':
    'Several sessions share a maildrop without lock, and what one removes changes the numbers in the others.',
  'pop3-removes-what-was-retrieved': 'QUIT removes what RETR has sent; EXPIRE is not announced.',
  'pop3-removes-one-too-many': 'QUIT removes the message after each that is marked as well.',
  'pop3-opens-mailbox-of-another': 'Every login opens the mailbox of the first account.',
  'pop3-apop-timestamp-repeats':
    'APOP is offered on pop3 and pop3s, with a timestamp that is the same throughout a second.',
  'pop3-apop-takes-old-digests':
    'APOP is offered on pop3 and pop3s, and takes digests over the timestamps of earlier sessions.',
  'pop3-short-autologout':
    'A session is ended after a minute of silence, and what it marked as deleted is removed.',
  'pop3-accepts-bad-base64': 'Characters outside of base64 in a SASL response are skipped.',
  'pop3-auth-accepted-twice': 'AUTH after a login gets +OK.',
  'pop3-reveals-unknown-user': 'USER with an unknown name gets "-ERR No such user".',
  'pop3-takes-pass-without-user': 'PASS without USER logs in the account whose password it is.',
  'pop3-counts-marked-messages': 'STAT, LIST and UIDL go on to tell messages that are marked as deleted.',
  'pop3-renumbers-after-dele': 'DELE gives the messages after it the next lower number.',
  'pop3-quit-removes-nothing': 'QUIT says +OK, and what was marked as deleted is still there.',
  'pop3-stays-after-quit': 'QUIT is answered, and the connection stays open.',
  'pop3-keeps-lock-after-deletion':
    'QUIT of a session that marked messages as deleted leaves the maildrop locked.',
  'pop3-gives-unique-ids-again':
    'The unique-id of a message that is gone is given to the next one that comes.',

  // The mailbox over IMAP.
  'imap-greets-without-asterisk': 'The greeting on imap and imaps is "OK" without "*".',
  'imap-capability-after-tagged': 'The CAPABILITY response is sent after the tagged OK.',
  'imap-logout-without-bye': 'LOGOUT is answered by the tagged OK alone.',
  'imap-accepts-bad-base64': 'Characters outside of base64 in a SASL response are skipped.',
  'imap-executes-refused-literal':
    'The octets of a non-synchronizing literal are read as commands when its command needs a login.',
  'imap-reveals-unknown-user': 'A login with an unknown name gets "NO Unknown user".',
  'imap-short-autologout': 'A session that is logged in is ended after ten minutes of silence.',
  'imap-selects-foreign-mailbox':
    'A mailbox name that begins with "../" and a user leads to the mail of that user.',
  'imap-lists-foreign-mailboxes': 'LIST names the mailboxes of the other users too, as "Other Users/user/…".',
  'imap-forgets-flags': 'STORE is answered with the new flags, and nothing is kept.',
  'imap-rename-does-nothing': 'RENAME of a mailbox is answered OK, and nothing changes.',
  'imap-expunge-untold': 'A session is not told that another one removed messages; its numbers shift.',
  'imap-arrivals-untold': 'A session is not told of messages that come while a mailbox is selected.',
  'imap-uidvalidity-changes': 'Every SELECT shows another UIDVALIDITY.',
  'imap-expunges-on-disconnect': 'When a connection breaks off, messages that carry \\Deleted are removed.',
  'imap-examine-marks-seen': 'FETCH of a body sets \\Seen after EXAMINE too.',
  'imap-examine-expunges': 'CLOSE removes what carries \\Deleted after EXAMINE too.',
  'imap-keeps-broken-append': 'Of a message whose APPEND breaks off, what came is put into the mailbox.',
  'imap-append-makes-mailbox': 'APPEND to a mailbox that does not exist makes it.',
  'imap-uidvalidity-is-always-one': 'SELECT and EXAMINE show UIDVALIDITY 1 for every mailbox.',
  'imap-expunge-numbers-stand-still':
    'EXPUNGE responses have the numbers that the messages had before the first of them was sent.',
  'imap-expunge-during-fetch': 'EXPUNGE responses come while FETCH, STORE and SEARCH are answered.',
  'imap-close-keeps-marked': 'CLOSE removes nothing.',

  // Messages on their way to a mailbox or to another server. Without a direction in the name: on both.
  'message-gets-footer': 'A line of advertising is put after every body.',
  'message-loses-trailing-space': 'White space at the end of body lines is removed.',
  'message-loses-last-empty-lines': 'Empty lines at the end of a body are removed.',
  'message-loses-second-dot': 'A dot at the beginning of a body line is removed once more than it was added.',
  'message-breaks-long-lines': 'Body lines over 900 octets are broken into several.',
  'message-breaks-overlong-lines': 'Lines over 998 octets are taken and broken into several.',
  'message-loses-eighth-bit': 'The eighth bit of every octet is cleared.',
  'message-loses-nul': 'NUL is taken in a message, and removed.',
  'message-bare-cr-becomes-crlf': 'CR without LF is taken in a message, and becomes CRLF.',
  'message-bare-lf-becomes-crlf': 'LF without CR is taken in a message, and becomes CRLF.',
  'message-fields-reordered': 'Header fields are put into alphabetical order.',
  'message-fields-unfolded': 'Folded header fields become one line.',
  'message-repeated-fields-dropped': 'Of several header fields with one name the first is kept.',
  'message-unknown-fields-dropped': 'Header fields whose name begins with X- are removed.',
  'message-subject-tagged': 'The Subject is given a tag.',
  'message-fields-added-below': 'A header field is added below those that were sent.',
  'message-id-replaced': 'The Message-ID is replaced by one of this server.',
  'message-date-rewritten': 'The Date is written anew in UTC.',
  'message-base64-rewrapped': 'Lines of base64 are wrapped at another width.',
  'message-parts-decoded': 'Escapes of quoted-printable that are not needed are decoded.',
  'message-empty-body-filled': 'An empty body is replaced by a sentence that says so.',
  'message-utf8-header-replaced': 'Octets beyond US-ASCII in header fields become question marks.',
  'bdat-removes-dots': 'Dots at the beginning of lines that came by BDAT are removed as after DATA.',
  'bdat-ends-chunks-with-crlf': 'CRLF is put after every chunk that does not end in it.',
  'bdat-refuses-empty-last': 'BDAT 0 LAST is answered 501.',
  'delivery-keeps-return-path': 'Return-Path fields that a message brings are delivered with it.',
  'delivery-trusts-return-path': 'The Return-Path that a message brings stands for the envelope sender.',
  'received-names-all-recipients': 'The Received field names every recipient of the envelope.',
  'submission-keeps-bcc': 'The Bcc field of a submitted message stays in it.',
  'mailbox-gets-two-copies': 'A message for several mailboxes is put into each of them twice.',
  'relay-lowers-local-parts': 'Local parts of the envelope are put into lower case on their way out.',
  'relay-sends-twice': 'A message for several recipients elsewhere is sent once more for each of them.',
  'outbound-sends-8bit-regardless': 'Octets beyond US-ASCII are sent to hosts without 8BITMIME.',
  'outbound-encodes-8bit-wrongly':
    'For hosts without 8BITMIME the body becomes quoted-printable, and the header still says 8bit.',
  'outbound-encodes-signed-8bit':
    'For hosts without 8BITMIME the body becomes quoted-printable after it was signed, and the header says so.',
  'outbound-does-not-declare-8bit': 'BODY=8BITMIME is not passed on to hosts that list 8BITMIME.',
  'outbound-sends-utf8-regardless': 'Mail that needs SMTPUTF8 is sent to hosts without it as it is.',
  'outbound-replaces-utf8': 'For hosts without SMTPUTF8 everything beyond US-ASCII becomes question marks.',
  'imap-size-without-line-ends': 'RFC822.SIZE does not count the line ends.',
  'pop3-size-counts-line-ends-once': 'LIST and STAT count a line end as one octet.',
  // DKIM of mail from strangers, verified by mx.
  'dkim-verifies-nothing': 'Signatures of mail from strangers are neither verified nor mentioned.',
  'dkim-knows-no-ed25519': 'Signatures by Ed25519 are reported as neutral.',
  'dkim-overlooks-body-changes': 'The hash of the body is not compared with bh=.',
  'dkim-overlooks-header-changes':
    'A signature passes when the hash of the body is right; b= is not verified.',
  'dkim-refolding-breaks-signatures':
    'A folded Subject counts as changed, whatever the canonicalization forgives.',
  'dkim-takes-sha1': 'Signatures by rsa-sha1 pass.',
  'dkim-takes-short-keys': 'RSA keys of any length will do.',
  'dkim-takes-no-long-keys': 'RSA keys over 2048 bits are reported as neutral.',
  'dkim-misjudges-empty-bodies': 'With relaxed canonicalization an empty body is hashed as a line end.',
  'dkim-needs-no-author': 'Signatures that do not cover From pass.',
  'dkim-takes-foreign-identities': 'Signatures pass whose i= lies in another domain than d=.',
  'dkim-takes-any-version': 'Signatures pass whatever v= says, even nothing.',
  'dkim-overlooks-key-hashes': 'The h= of a key record does not limit what the key is used with.',
  'dkim-overlooks-key-service': 'The s= of a key record does not limit what the key is for.',
  'dkim-overlooks-key-strictness': 'The t=s of a key record does not keep i= in the very domain d=.',
  'dkim-missing-key-is-temporary': 'A key that does not exist is reported as temperror.',
  'dkim-refuses-tests':
    'Mail whose signature fails is refused where the key record says t=y, and only there.',
  'dkim-defers-broken-signatures': 'Mail whose signature fails is answered 451 4.7.5.',
  'dkim-refuses-broken-signatures': 'Mail whose signature fails is refused with 550 5.7.20.',
  'dkim-unknown-key-passes': 'Signatures pass while their key cannot be looked up.',
  'dkim-unknown-key-is-permanent': 'While a key cannot be looked up, permerror is reported.',
  'dkim-looks-at-first-signature-only': 'Signatures below the topmost one are not verified.',
  'dkim-looks-at-ten-signatures': 'Signatures below the tenth are not verified.',
  'dkim-takes-excessive-lengths': 'Signatures pass whose l= is larger than the body.',
  'dkim-takes-partial-bodies': 'Signatures whose l= leaves a part of the body out pass without remark.',
  'dkim-overlooks-expiry': 'The x= of a signature is ignored.',

  // DKIM of mail that leaves, signed at submission.
  'signs-nothing': 'Submitted mail is not signed.',
  'signs-no-reports': 'Reports are not signed.',
  'signs-stuffed-dots': 'What is signed has another dot in front of every line that begins with one.',
  'signs-with-sha1': 'Submitted mail is signed by rsa-sha1 alone.',
  'signs-with-short-key': 'Submitted mail is signed with an RSA key of 512 bits alone.',
  'signs-with-1024-bits': 'Submitted mail is signed with an RSA key of 1024 bits alone.',
  'signs-without-author': 'Signatures cover To and Subject.',
  'signs-author-once': 'Signatures cover every field as often as it occurs, and no oftener.',
  'signs-nothing-of-the-body': 'Signatures say l=0.',
  'signs-as-provider': 'Submitted mail is signed by provider.example.',
  'signs-mail-of-strangers': 'Mail from strangers is signed as well.',
  'key-record-in-two': 'The p= of a key record is broken off, and its rest is in a record of its own.',
  'key-record-in-test-mode': 'Key records say t=y.',

  // SPF of mail that strangers bring.
  'spf-not-evaluated': 'Nothing is looked up about SPF, and no result is recorded.',
  'spf-not-recorded': 'SPF is evaluated; its result stands nowhere and decides nothing but DMARC.',
  'spf-compares-another-address':
    'Policies are compared with 192.0.2.99 instead of the address of the client.',
  'spf-compares-ipv4-addresses-only': 'Of hosts that a policy names no IPv6 address is looked up.',
  'spf-reads-received-field': 'Policies are compared with the address in the topmost Received field, if any.',
  'spf-fail-as-neutral': 'A fail of SPF is taken for neutral.',
  'spf-softfail-as-fail': 'Softfail of SPF is taken for fail.',
  'spf-refuses-softfail': 'Mail for which SPF says softfail is refused with 550 5.7.23.',
  'spf-neutral-to-junk': 'Mail for which SPF says neutral goes to Junk.',
  'spf-none-as-permerror': 'A domain without SPF policy yields permerror.',
  'spf-skips-unknown-mechanisms': 'Terms of an SPF policy that nobody knows are skipped.',
  'spf-stops-reading-at-match':
    'What stands in an SPF policy after the mechanism all, or after the one that matched, is not read.',
  'spf-first-record-wins': 'Of several SPF policies the first one in the answer counts.',
  'spf-takes-other-versions': 'A record that begins with v=spf1 and more characters is an SPF policy too.',
  'spf-lookups-unlimited': 'An SPF policy may lead to any number of look-ups.',
  'spf-counts-first-lookup': 'The query for the SPF policy itself is one of the ten look-ups.',
  'spf-void-lookups-unlimited': 'Any number of names in an SPF policy may have no records.',
  'spf-implicit-mx': 'A name without MX record is its own mail exchanger for the mx mechanism.',
  'spf-include-as-redirect': 'The result of an included SPF policy is the result, whatever follows.',
  'spf-missing-policies-neutral':
    'A name that include or redirect leads to and that has no SPF policy counts as neutral.',
  'spf-redirect-despite-all': 'redirect of an SPF policy counts although all is there.',
  'spf-servfail-as-none': 'A failure of the DNS is taken for the absence of records by SPF.',
  'spf-refuses-temperror': 'Mail whose SPF policy cannot be looked up is refused with 550 5.7.24.',
  'spf-prefix-31-as-32': 'Networks of 31 bits are compared as single addresses by SPF.',
  'spf-forgives-malformed-networks': 'Malformed networks in an SPF policy are skipped.',
  'spf-evaluators-disagree':
    'A second evaluator of SPF takes softfail and neutral for fail, and records that.',
  'spf-macros-not-reversed': 'The r of macros in SPF policies is overlooked.',
  'spf-skips-null-sender': 'SPF is not evaluated for a null reverse-path.',
  'spf-skips-hello': 'SPF is not evaluated for the HELO name where there is a sender.',
  'spf-joins-strings-with-space': 'The strings of a TXT record are joined with a space between them.',
  'spf-refuses-unknown-modifiers': 'A modifier that nobody knows is a syntax error of an SPF policy.',
  'own-spf-absent': 'The mail domain publishes no SPF policy.',
  'own-spf-twice': 'The mail domain publishes two SPF policies.',
  'own-spf-malformed': 'The SPF policy of the mail domain is "v=spf1 +ip:116.100.122.11 -all".',
  'own-spf-permits-everybody': 'The SPF policy of the mail domain ends in +all.',
  'own-spf-omits-this-server': 'The SPF policy of the mail domain does not permit this server.',
  'own-spf-needs-many-lookups': 'The SPF policy of the mail domain has eleven terms that ask the DNS.',
  'own-spf-uses-ptr': 'The SPF policy of the mail domain has a ptr term.',
  'mx-record-names-alias': 'A second MX record of the mail domain names an alias of this server.',
  'ipv6-address-unanswered': 'The host name has an IPv6 address, at which nothing answers.',
  'mx-record-names-nothing': 'A second MX record of the mail domain names a host that does not exist.',
  'parked-domain-unprotected': 'The domain that sends no mail publishes no record.',
  'parked-domain-without-null-mx': 'The domain that sends no mail has no MX record.',
  'submission-applies-spf': 'Mail of users is refused with 550 5.7.23 where SPF of their domain says fail.',

  // The ClientHello of mail that leaves.
  'outbound-offers-weak-algorithms':
    'The ClientHello to a next hop offers signatures with SHA-1 and a group of 192 bits.',
  'outbound-goes-on-with-foreign-suite':
    'A handshake with a next hop goes on although the ServerHello selects a suite that was not offered.',

  // DMARC and recorded results.
  'dmarc-not-evaluated': 'DMARC records are neither asked for nor heeded.',
  'dmarc-failure-delivered-unmarked':
    'Mail that fails DMARC is delivered to INBOX, and nothing is said about it.',
  'dmarc-any-signature-counts': 'A good signature of any domain makes DMARC pass.',
  'dmarc-compares-ends-of-names': 'SPF of a domain whose name ends with the characters of the author aligns.',
  'dmarc-ignores-signatures': 'Signatures have no part in DMARC.',
  'dmarc-spf-none-counts': 'A sender whose domain has no SPF record counts as authenticated for DMARC.',
  'dmarc-broken-signature-fails': 'A signature that does not fit makes DMARC fail, whatever SPF says.',
  'dmarc-strict-alignment-ignored': 'adkim=s and aspf=s are taken for r.',
  'dmarc-relaxed-alignment-refused': 'adkim=r and aspf=r are taken for s.',
  'dmarc-asks-exact-domain-only': 'No other name than that of the author is asked for a DMARC record.',
  'dmarc-none-goes-to-junk': 'Mail that fails under p=none goes to Junk.',
  'dmarc-test-mode-ignored': 't=y is ignored.',
  'dmarc-first-of-several-records': 'Of several DMARC records the first one counts.',
  'dmarc-version-anywhere':
    'v=DMARC1 may stand anywhere in a record, in any letter case and with any number.',
  'dmarc-unknown-tags-break-record': 'A DMARC record with an unknown tag is none.',
  'dmarc-last-from-counts': 'Of several From fields or addresses the last one is taken for the author.',
  'dmarc-first-author-counts': 'Of several From fields or addresses the first one is taken for the author.',
  'dmarc-servfail-refuses': 'Mail is refused for good with 550 while DMARC cannot be decided.',
  'dmarc-servfail-passes': 'DMARC passes while it cannot be decided.',
  'arc-trusted-unverified': 'Where the last ARC seal says cv=pass, DMARC passes.',
  'arc-first-seal-says-pass': 'The first ARC set of a message is sealed with cv=pass.',
  'arc-instance-repeated': 'An ARC set is added as if there were none, with the number of the first one.',
  'arc-good-chain-sealed-as-broken': 'An ARC chain that is good is sealed with cv=fail.',
  'arc-broken-chain-sealed-as-good': 'An ARC chain that is broken is sealed with cv=pass.',
  'results-not-recorded': 'SPF, DKIM and DMARC are evaluated, and no Authentication-Results are written.',
  'results-of-spf-alone': 'Authentication-Results tell SPF alone.',
  'results-at-the-bottom':
    'Authentication-Results and Received-SPF are written below the header fields that came with the message.',
  'forged-results-kept': 'Results from outside under the name of this server are left in place.',
  'forged-results-first-removed':
    'Of results from outside under the name of this server the first field alone is removed.',
  'forged-results-in-variants-kept':
    'Results from outside are removed where they begin with the name of this server, exactly written.',
  'dmarc-believes-forged-results':
    'A result from outside under the name of this server that says dkim=pass for the author makes DMARC pass.',
  'dmarc-reports-to-strangers': 'Aggregate reports go to addresses in other domains that did not agree.',
  'dmarc-reports-unsent': 'No aggregate reports are sent.',
  'dmarc-failure-reports-sent':
    'Every failure is reported at once to the address in ruf, with the whole message.',
  'dmarc-record-malformed': 'The DMARC record of the mail domain is "p=reject; v=DMARC1".',
  'dmarc-record-twice': 'The mail domain has two DMARC records.',
  'dmarc-record-without-effect':
    'The DMARC record of the mail domain says p=none and names no address for reports.',
} as const;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];
