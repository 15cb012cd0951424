#!/usr/bin/env bash
# The test command. With no argument every part runs; a part that cannot run on this machine is skipped,
# and the closing table says why.
# usage: tools/test.bash [PART…] | --list
#
# WORKSHOP_FULL=1                   lessons also in their full profile, with their bars
# WORKSHOP_FEDORA_IMAGE=NAME        roles on a real Fedora image instead of the Fedora-like one
# WORKSHOP_TEST_REQUIRED="PART…"    these fail instead of being skipped ("all": every part that is built)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
parts=(lint unit lessons roles sync appliance vm browser)
# A part says by this status that it cannot run here; its last line says why.
SKIPPED=77

about() { sed -n '2s/^# //p' "tools/test-parts/$1.bash"; }

list() {
  local part
  for part in "${parts[@]}"; do printf '%-10s %s\n' "$part" "$(about "$part")"; done
}

is_part() { [ -f "tools/test-parts/$1.bash" ] && [ "$1" != lib ]; }

# may_be_skipped PART REASON
may_be_skipped() {
  case " ${WORKSHOP_TEST_REQUIRED:-} " in
    *" $1 "*) false ;;
    " all ") [[ $2 == "not built yet"* ]] ;;
  esac
}

# run_part PART: runs it, shows what it says, and adds its row to the table.
run_part() {
  local part=$1 log=.cache/test/$1.log started=$SECONDS status=0 why="" verdict
  printf '\n== %s: %s\n' "$part" "$(about "$part")"
  bash "tools/test-parts/$part.bash" </dev/null 2>&1 | tee "$log" || status=${PIPESTATUS[0]}
  if [ "$status" = 0 ]; then
    verdict=passed
  else
    verdict=failed
    why=$(grep -v '^[[:space:]]*$' "$log" | tail -n 1)
    if [ "$status" = "$SKIPPED" ] && may_be_skipped "$part" "$why"; then verdict=skipped; fi
  fi
  count[$verdict]=$((count[$verdict] + 1))
  rows+=("$(printf '%-10s %-8s %5d s  %s' "$part" "$verdict" $((SECONDS - started)) "${why:0:100}")")
}

case ${1:-} in
  -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" && exit ;;
  --list) list && exit ;;
esac
[ $# = 0 ] || parts=("$@")
for part in "${parts[@]}"; do
  is_part "$part" || { echo "test.bash: there is no part '$part'; see tools/test.bash --list" >&2 && exit 2; }
done

mkdir -p .cache/test
declare -A count=([passed]=0 [failed]=0 [skipped]=0)
rows=()
for part in "${parts[@]}"; do run_part "$part"; done

printf '\n%-10s %-8s %7s  %s\n' part result seconds why
printf '%s\n' "${rows[@]}"
printf '\nparts: %d passed, %d failed, %d skipped\n' "${count[passed]}" "${count[failed]}" "${count[skipped]}"
[ "${count[failed]}" = 0 ]
