# shellcheck shell=bash
# To be sourced by setup.bash: which machine this is, by the list that the role base-fedora has of those it knows.

root=${root:-}

# known_machines: "ID NAME FAMILY versions|oldest NUMBER…", a line each.
known_machines() {
  sed -n 's/^  - {id: \(.*\), name: \(.*\), family: \(.*\), \(versions\|oldest\): \(.*\)}$/\1 \2 \3 \4 \5/p' \
    "$root/roles/base-fedora/vars/main.yml" | tr -d '[]",'
}

# is_known VERSION KIND NUMBER…: of 12.5 the 12 counts, of 24.10 only all of it.
is_known() {
  local version=$1 kind=$2 number
  shift 2
  for number in "$@"; do
    case $kind/$version in
      "versions/$number" | "versions/$number".*) return ;;
      oldest/[1-9]*) [ "${version%%.*}" -lt "$number" ] || return 0 ;;
    esac
  done
  return 1
}

# check_distribution OS-RELEASE: sets distribution and family, by Ansible's names, and major; refuses others.
check_distribution() {
  local file=$1 id version its_id name of numbers
  # shellcheck disable=SC1090
  id=$(. "$file" 2>/dev/null && echo "${ID:-unknown}") || id=unknown
  # shellcheck disable=SC1090
  version=$(. "$file" 2>/dev/null && echo "${VERSION_ID:-}") || version=
  while read -r its_id name of numbers; do
    # shellcheck disable=SC2086
    if [ "$its_id" = "$id" ] && is_known "$version" $numbers; then
      # shellcheck disable=SC2034 # for packages.bash
      distribution=$name family=$of major=${version%%.*}
      return
    fi
  done < <(known_machines)
  die "this is $id $version; the workshop runs on $(sed -n 's/^__base_fedora_machines_named: //p' "$root/roles/base-fedora/vars/main.yml")"
}
