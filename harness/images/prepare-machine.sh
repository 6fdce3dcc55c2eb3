#!/bin/bash
# Prepares a Debian machine that reaches no container registry for running the target images:
# installs and starts a Docker engine where none answers, and compose where there is none, then builds the
# base images under the tags that everybody else pulls. What exists already is left alone, so it may run before every use.
#
# usage: prepare-machine.sh [image…]        default: debian:bookworm-slim
#   debian:<suite>-slim                      e.g. debian:bookworm-slim debian:trixie-slim
#   node:<major>-<suite>-slim                e.g. node:24-bookworm-slim: the Debian image of that
#                                            suite, the project's own Node and this machine's npm
#
# Works as root on Debian. Mirrors, apt options, proxy and additional certificate authorities are
# taken from this machine when it runs, so that `apt-get` works inside `docker build` as it does here.
set -euo pipefail

readonly images_directory=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly project_root=$(cd -- "$images_directory/../.." && pwd)
readonly engine_log=/var/log/dockerd.log
readonly local_certificates=/usr/local/share/ca-certificates
readonly certificate_bundle=/etc/ssl/certs/ca-certificates.crt
readonly seconds_for_the_engine_to_answer=60

export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

step() { printf '[%3ds] %s\n' "$SECONDS" "$*"; }

fail() {
  printf '[%3ds] prepare-machine: %s\n' "$SECONDS" "$*" >&2
  exit 1
}

engine_answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

image_exists() { docker image inspect "$1" >/dev/null 2>&1; }

needs_root_on_debian() {
  [[ $(id -u) -eq 0 ]] || fail "$1 takes root, and this is user $(id -un)."
  [[ -e /etc/debian_version ]] || fail "$1 is only known for Debian, and this is $(. /etc/os-release && echo "$PRETTY_NAME")."
}

# Runs a command quietly; what it printed is shown only when it failed.
quietly() {
  local sentence=$1 output
  shift
  output=$("$@" 2>&1) || fail "$sentence"$'\n'"$(tail -n 15 <<<"$output")"
}

package_lists_are_fresh=
refresh_package_lists() {
  [[ -z $package_lists_are_fresh ]] || return 0
  package_lists_are_fresh=yes
  step 'apt-get update'
  # A third-party source that is down must not stop what needs Debian alone.
  apt-get update >/dev/null 2>&1 || step 'apt-get update reported errors; going on with what it got'
}

install_packages() {
  refresh_package_lists
  step "apt-get install $*"
  quietly "apt-get could not install $*." \
    apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 "$@"
  hash -r
}

# ---- engine -------------------------------------------------------------------------------------

install_engine() {
  local packages=(docker.io iptables)
  refresh_package_lists
  # From Debian 13 on the client is a package of its own.
  if apt-cache show docker-cli >/dev/null 2>&1; then packages+=(docker-cli); fi
  install_packages "${packages[@]}"
}

# dockerd stops at start where its `iptables` cannot reach the kernel's NAT table. Debian's default
# is the nftables flavour; kernels without nf_tables still have the legacy one.
choose_iptables() {
  if iptables -t nat -S >/dev/null 2>&1; then return; fi
  iptables-legacy -t nat -S >/dev/null 2>&1 ||
    fail 'neither iptables-nft nor iptables-legacy can list the NAT table: this kernel cannot publish container ports.'
  step 'iptables-nft does not work with this kernel; switching to iptables-legacy'
  update-alternatives --set iptables /usr/sbin/iptables-legacy >/dev/null
  update-alternatives --set ip6tables /usr/sbin/ip6tables-legacy >/dev/null
}

# Where /run outlives a reboot, a pid file can name a process that is something else by now;
# dockerd then believes it is running already.
remove_stale_pid_file() {
  local file=$1 command=$2 pid
  [[ -e $file ]] || return 0
  pid=$(<"$file")
  [[ $(cat "/proc/$pid/comm" 2>/dev/null) == "$command" ]] || rm -f -- "$file"
}

# No storage driver is named: dockerd takes overlay2 where the kernel and the file system have it
# and falls back by itself (fuse-overlayfs, vfs), which a flag would forbid.
start_engine() {
  if [[ -d /run/systemd/system ]]; then
    step 'systemctl start docker'
    quietly 'systemd could not start docker.service.' systemctl start docker
    return
  fi
  choose_iptables
  remove_stale_pid_file /run/docker.pid dockerd
  remove_stale_pid_file /run/docker/containerd/containerd.pid containerd
  step "starting dockerd, log in $engine_log"
  setsid nohup dockerd >>"$engine_log" 2>&1 </dev/null 9>&- &
  engine_pid=$!
}

wait_for_engine() {
  local deadline=$((SECONDS + seconds_for_the_engine_to_answer))
  until engine_answers; do
    if [[ -n ${engine_pid:-} ]] && ! kill -0 "$engine_pid" 2>/dev/null; then
      fail "dockerd ended before it answered; the end of $engine_log:"$'\n'"$(tail -n 5 "$engine_log")"
    fi
    ((SECONDS < deadline)) ||
      fail "the Docker engine did not answer within $seconds_for_the_engine_to_answer s; see $engine_log."
    sleep 0.3
  done
}

prepare_engine() {
  if ! engine_answers; then
    needs_root_on_debian 'Installing or starting a Docker engine'
    command -v dockerd >/dev/null && command -v docker >/dev/null || install_engine
    start_engine
    wait_for_engine
  fi
  step "engine: $(docker version --format '{{.Server.Version}}'), storage driver $(docker info --format '{{.Driver}}')"
}

compose_answers() { docker compose version >/dev/null 2>&1 || docker-compose version >/dev/null 2>&1; }

# Targets of driver compose need it, and no others.
prepare_compose() {
  if ! compose_answers; then
    if [[ $(id -u) -ne 0 || ! -e /etc/debian_version ]]; then
      step 'compose: none, and installing it takes root on Debian'
      return
    fi
    install_packages docker-compose
    compose_answers || fail 'docker-compose is installed and cannot be run.'
  fi
  step "compose: $(docker compose version --short 2>/dev/null || docker-compose version --short)"
}

# ---- base images --------------------------------------------------------------------------------

# Prints the one-line apt sources of a suite on the mirrors that this machine uses, derived from the
# sources of the machine's own release: bookworm, bookworm-updates, bookworm-security.
debian_sources_of() {
  local suite=$1 own_codename
  own_codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
    while read -r origin uri codename component; do
      [[ $origin == Debian && $component == main ]] || continue
      case $codename in
        "$own_codename" | "$own_codename-updates" | "$own_codename-security") ;;
        *) continue ;;
      esac
      echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri ${codename/#$own_codename/$suite} $component"
    done | sort -u
}

# Prints the apt options that decide whether this machine's mirrors can be used at all.
apt_options_of_this_machine() {
  apt-config dump | grep -E '^Acquire::(Check-Valid-Until|Check-Date|Retries|(http|https)::Proxy(::.*)?|(http|https)::Timeout) ' || true
  if [[ -n ${http_proxy:-} ]]; then echo "Acquire::http::Proxy \"$http_proxy\";"; fi
  if [[ -n ${https_proxy:-} ]]; then echo "Acquire::https::Proxy \"$https_proxy\";"; fi
}

# The settings by which Debian's own container images differ from a plain installation: no daemon
# starts while packages are installed, and no package file stays in a layer.
write_container_settings() {
  local tree=$1
  install -D -m 0755 /dev/stdin "$tree/usr/sbin/policy-rc.d" <<<$'#!/bin/sh\nexit 101'
  install -D -m 0644 /dev/stdin "$tree/etc/apt/apt.conf.d/docker-clean" <<'SETTINGS'
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
APT::Update::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Acquire::CompressionTypes::Order:: "gz";
SETTINGS
  if compgen -G "$local_certificates/*.crt" >/dev/null; then
    install -d "$tree$local_certificates"
    install -m 0644 "$local_certificates"/*.crt "$tree$local_certificates/"
  fi
}

build_debian_image() {
  local image=$1 suite=$2 sources tree option options=() changes=(--change 'CMD ["bash"]' --change 'LABEL dev.mailspec.image=1')
  needs_root_on_debian "Building $image"
  command -v mmdebstrap >/dev/null || install_packages mmdebstrap
  # A suite younger than this machine is signed with keys that only an updated keyring has.
  [[ -e /usr/share/keyrings/debian-archive-$suite-stable.gpg ]] || install_packages debian-archive-keyring
  refresh_package_lists
  sources=$(debian_sources_of "$suite")
  [[ -n $sources ]] || fail "apt on this machine names no Debian mirror (origin Debian, component main), so $image has no source."

  while read -r option; do
    if [[ $option == *://*@* ]]; then
      step "leaving out ${option%% *}: its value contains a password, which an image would keep"
      continue
    fi
    options+=("--aptopt=$option")
  done < <(apt_options_of_this_machine)

  tree=$work_directory/$suite
  write_container_settings "$tree"
  if [[ -d $tree$local_certificates ]]; then
    step 'this machine trusts additional certificate authorities; the image will too'
    changes+=(--change "ENV NODE_EXTRA_CA_CERTS=$certificate_bundle")
  fi
  # The bundle without its package: Debian's own images have none either. Installing the package
  # later writes the same bundle again.
  if [[ -d $tree$local_certificates || $sources == *https://* ]]; then
    install -D -m 0644 "$certificate_bundle" "$tree$certificate_bundle"
  fi
  options+=(
    # Born with a merged /usr, the image does without the package that merges it, and without the
    # whole of perl that this one needs: 50 MB.
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr --include=usr-is-merged
    "--customize-hook=sync-in $tree /"
    # With docker-clean in place, mmdebstrap's own cleaning no longer finds apt's cache: 70 MB.
    '--customize-hook=rm -f "$1"/var/cache/apt/*.bin'
  )
  for unused in doc info locale man lintian groff; do
    options+=("--dpkgopt=path-exclude=/usr/share/$unused/*")
  done
  options+=(--dpkgopt=path-include=/usr/share/doc/*/copyright --dpkgopt=force-unsafe-io)

  step "mmdebstrap --variant=minbase $suite"
  quietly "mmdebstrap could not build $suite." \
    mmdebstrap --variant=minbase "${options[@]}" "$suite" "$work_directory/$suite.tar" - <<<"$sources"
  step "docker import $image"
  quietly "docker could not import $image." docker import "${changes[@]}" "$work_directory/$suite.tar" "$image"
  rm -f -- "$work_directory/$suite.tar"
  step "apt-get update inside $image"
  quietly "apt-get does not work inside $image, so nothing can be built on it." \
    docker run --rm --label dev.mailspec.run=prepare-machine "$image" \
    apt-get update --error-on=any
}

build_node_image() {
  local image=$1 major=$2 suite=$3 context node npm
  node=$("$project_root/node_modules/.bin/node" -p process.execPath) ||
    fail "$image takes Node from the project's own packages: run \`npm ci\` first."
  [[ $("$node" --version) == "v$major."* ]] ||
    fail "$image needs Node $major, and the project's own is $("$node" --version)."
  npm=$(readlink -f -- "$(command -v npm)") || fail "$image takes npm from this machine, and there is none."
  prepare_image "debian:$suite-slim"
  context=$work_directory/node
  install -D "$node" "$context/node"
  cp -r -- "$(dirname -- "$(dirname -- "$npm")")" "$context/npm"
  cat >"$context/Dockerfile" <<DOCKERFILE
FROM debian:$suite-slim
RUN useradd --create-home --shell /bin/bash --uid 1000 node
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \\
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \\
 && node --version && npm --version
CMD ["node"]
DOCKERFILE
  step "docker build $image with Node $("$node" --version)"
  # The classic builder is the one that every engine has; BuildKit would look for a registry.
  DOCKER_BUILDKIT=0 quietly "docker could not build $image." \
    docker build --label dev.mailspec.image=1 --tag "$image" "$context"
}

prepare_image() {
  local image=$1
  if image_exists "$image"; then
    step "image: $image is there"
    return
  fi
  if [[ $image =~ ^debian:([a-z]+)-slim$ ]]; then
    build_debian_image "$image" "${BASH_REMATCH[1]}"
  elif [[ $image =~ ^node:([0-9]+)-([a-z]+)-slim$ ]]; then
    build_node_image "$image" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
  else
    fail "\"$image\" is no image that can be built here: debian:<suite>-slim or node:<major>-<suite>-slim."
  fi
  step "image: $image built, $(($(docker image inspect --format '{{.Size}}' "$image") / 1000000)) MB"
}

# Two runs at once would install and build the same things twice.
if [[ $(id -u) -eq 0 ]]; then
  exec 9>/run/lock/mailspec-prepare-machine
  flock 9
fi
work_directory=$(mktemp -d)
trap 'rm -rf -- "$work_directory"' EXIT

prepare_engine
prepare_compose
for image in "${@:-debian:bookworm-slim}"; do prepare_image "$image"; done
