# Submitted mail loses its Received fields, by a cleanup of its own: nobody can tell any more where it came from.
#
# How it happens: on purpose, so that nobody learns the addresses of users, as many instructions have it.
#
# Should be noticed by: SUB-015, MSG-010.
install -d /etc/postfix/defects
echo '/^Received:/ IGNORE' >/etc/postfix/defects/received-removed.regexp
postconf -M 'private-cleanup/unix=private-cleanup unix n - n - 0 cleanup'
postconf -P private-cleanup/unix/header_checks=regexp:/etc/postfix/defects/received-removed.regexp \
  submission/inet/cleanup_service_name=private-cleanup submissions/inet/cleanup_service_name=private-cleanup
