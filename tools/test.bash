#!/usr/bin/env bash
# The test command. With no argument every part runs; a part that cannot run on this machine is skipped,
# and the closing table says why.
# usage: tools/test.bash [PART…] | --list
#
# WORKSHOP_FULL=1                   lessons also in their full profile, with their bars
# WORKSHOP_FEDORA_IMAGE=NAME        roles on a real Fedora image instead of the Fedora-like one
# WORKSHOP_TEST_LANES="A B | C D"   parts of different lanes run side by side; each shows its output when it ends
# WORKSHOP_TEST_REQUIRED="PART…"    these fail instead of being skipped ("all": every part that is built)
# WORKSHOP_TEST_MINUTES=N           what has not ended N minutes after the start is ended, and has failed
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

# is_over: whether the whole run has a limit, and has reached it; who is killed for another reason is not late.
is_over() { [ -n "${WORKSHOP_TEST_MINUTES:-}" ] && [ "$SECONDS" -ge $((WORKSHOP_TEST_MINUTES * 60)) ]; }

# in_time COMMAND…: with a limit on the whole run, COMMAND gets what is left of it; ended, its status is 124 or 137.
in_time() {
  local left
  if [ -z "${WORKSHOP_TEST_MINUTES:-}" ]; then
    "$@"
  else
    left=$((WORKSHOP_TEST_MINUTES * 60 - SECONDS))
    timeout --kill-after=60 $((left > 0 ? left : 1)) "$@"
  fi
}

# carry_out PART: all that it says goes to standard output.
carry_out() { in_time bash "tools/test-parts/$1.bash" </dev/null 2>&1; }

heading() { printf '\n== %s: %s\n' "$1" "$(about "$1")"; }

# judge PART STATUS STARTED: the part's row of the table is left in a file.
judge() {
  local part=$1 status=$2 why="" verdict=passed
  if [ "$status" != 0 ]; then
    verdict=failed
    why=$(grep -v '^[[:space:]]*$' ".cache/test/$part.log" | tail -n 1)
    case $status in
      "$SKIPPED") if may_be_skipped "$part" "$why"; then verdict=skipped; fi ;;
      124 | 137) if is_over; then why="ended for want of time, after: $why"; fi ;;
    esac
  fi
  printf '%-10s %-8s %5d s  %s\n' "$part" "$verdict" $((SECONDS - $3)) "${why:0:100}" >"$rows/$part"
}

# run_part PART: what it says is shown at once.
run_part() {
  local started=$SECONDS status=0
  heading "$1"
  carry_out "$1" | tee ".cache/test/$1.log" || status=${PIPESTATUS[0]}
  judge "$1" "$status" "$started"
}

# run_lane "PART…": one part after the other; what a part says is shown in one piece.
# It goes to a file, not through a pipe: a pipe ends only when the last process that a part left behind has let it go.
run_lane() {
  local part log started status
  for part in $1; do
    echo "-- $part begins"
    log=.cache/test/$part.log started=$SECONDS status=0
    carry_out "$part" >"$log" || status=$?
    judge "$part" "$status" "$started"
    (flock 9 && heading "$part" && cat "$log") 9<"$rows"
  done
}

# run_lanes "PART… | PART…": the lanes side by side. The lane of a part that is not wanted goes on without it.
run_lanes() {
  local lane part wanted
  while IFS= read -r lane; do
    wanted=
    for part in $lane; do case " ${parts[*]} " in *" $part "*) wanted+="$part " ;; esac; done
    run_lane "$wanted" &
  done <<<"${1//|/$'\n'}"
  wait
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
rows=$(mktemp -d)
trap 'rm -rf "$rows"' EXIT
if [ -n "${WORKSHOP_TEST_LANES:-}" ]; then run_lanes "$WORKSHOP_TEST_LANES"; fi
for part in "${parts[@]}"; do [ -f "$rows/$part" ] || run_part "$part"; done

printf '\n%-10s %-8s %7s  %s\n' part result seconds why
for part in "${parts[@]}"; do cat "$rows/$part"; done
# how_many RESULT: of the table.
how_many() { cat "$rows"/* | awk -v result="$1" '$2 == result' | wc -l; }
printf '\nparts: %d passed, %d failed, %d skipped\n' "$(how_many passed)" "$(how_many failed)" "$(how_many skipped)"
[ "$(how_many failed)" = 0 ]
