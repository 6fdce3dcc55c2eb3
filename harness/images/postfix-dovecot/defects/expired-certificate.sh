# The certificate was good, and expired last spring.
#
# How it happens: it is renewed every two months, and nobody tells the servers, which go on with the one in memory.
#
# Should be noticed by: ITLS-007.
cd "$(mktemp -d)"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj '/CN=mailspec authority' \
  -addext keyUsage=critical,keyCertSign,cRLSign -keyout ca.key -out /etc/mailspec/tls/ca.pem 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=mail.example.test \
  -keyout /etc/mailspec/tls/key.pem -out request.pem 2>/dev/null
cat >ca.cnf <<'SETTINGS'
[ca]
default_ca = authority
[authority]
database = index
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = policy
x509_extensions = server
[policy]
commonName = supplied
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:mail.example.test,DNS:example.test
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
SETTINGS
touch index
openssl ca -batch -notext -config ca.cnf -cert /etc/mailspec/tls/ca.pem -keyfile ca.key -in request.pem \
  -startdate 20250201000000Z -enddate 20250502000000Z -out /etc/mailspec/tls/cert.pem 2>/dev/null
