#!/bin/bash
# usage: apply-defects "<name>[,<name>…]"     misconfigures the server in the named ways, in order
set -euo pipefail

readonly directory=/usr/local/share/mailspec/defects

IFS=, read -ra names <<<"${1:-}"
for name in "${names[@]}"; do
  script=$directory/$name.sh
  if [[ ! $name =~ ^[a-z0-9-]+$ || ! -f $script ]]; then
    printf 'apply-defects: there is no defect "%s"; there are:\n' "$name" >&2
    (cd "$directory" && printf '  %s\n' *.sh | sed 's/\.sh$//') >&2
    exit 1
  fi
  echo "defect: $name"
  bash -euo pipefail "$script"
done

# A defect is a server that runs and is wrong, not one that does not start.
if command -v postfix >/dev/null; then postfix check; fi
if command -v exim4 >/dev/null; then exim4 -bV >/dev/null; fi
if command -v doveconf >/dev/null; then doveconf >/dev/null; fi
