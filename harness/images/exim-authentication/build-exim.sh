# Builds Exim from the sources of the distribution, with DMARC and ARC: what Debian compiles has SPF and DKIM
# only. Everything else is as in Debian's own light daemon, which has no Dovecot among its authenticators.
work=$(mktemp -d)
cd "$work"
# Lists of sources beside those of packages, in either of the two formats.
sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >/etc/apt/sources.list.d/sources.list 2>/dev/null || true
sed -i 's/^Types: deb$/Types: deb-src deb/' /etc/apt/sources.list.d/*.sources 2>/dev/null || true
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
  gcc make libc6-dev dpkg-dev patch perl xz-utils \
  libdb5.3-dev libgnutls28-dev libidn-dev libidn2-dev libnsl-dev libpcre2-dev libspf2-dev libopendmarc-dev
apt-get source -o APT::Sandbox::User=root exim4
cd exim4-*/
mkdir -p Local
patch -o Local/Makefile src/EDITME debian/EDITME.exim4-light.diff
sed -i '/^EXIM_MONITOR/d' Local/Makefile
cat >>Local/Makefile <<'SWITCHES'
AUTH_DOVECOT=yes
SUPPORT_SPF=yes
LDFLAGS += -lspf2
SUPPORT_DMARC=yes
LDFLAGS += -lopendmarc
EXPERIMENTAL_ARC=yes
SWITCHES
make -j "$(nproc)" FULLECHO=
install -D -m 4755 build-*/exim "$1"
