#!/usr/bin/env bash
# Set this machine up in local mode, in a folder of the tests' own, and run every lesson.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

prefix=$ROOT/.cache/test/prefix
# Not the machines' one: those that are made meanwhile give it to their own users, which the second set-up would see.
cache=$ROOT/.cache/test/downloads
# Other ports than the workshop's own, which may be in use here; supervisor leaves the host's units alone.
settings=(
  -e "workshop_prefix=$prefix" -e "workshop_notebooks=$ROOT/.cache/test/notebooks"
  -e "workshop_cache=$cache" -e workshop_service_manager=supervisor
  -e workshop_jupyter_port=18080 -e workshop_tensorboard_port=18081 -e workshop_web_port=18082
)
# Only certificates that somebody named are passed on; the system's own need no word.
[ -z "${SSL_CERT_FILE:-}" ] || settings+=(-e "workshop_ca_bundle=$SSL_CERT_FILE")

# set_up: as everybody does it; the compile cache is then warmed in the background.
set_up() {
  local status=0
  ./local/setup.bash "${settings[@]}" || status=$?
  [ "$status" = 0 ] || { echo "set-up failed" && exit 1; }
}

# The services start anew under a memory limit, and what stays of them ends with it.
memory() {
  use_test_venv
  run_pytest tests/machines/memory --prefix "$prefix"
}

# Theano's own tests. What they need beside its environment lies beside it, so that it stays as set-up made it; they
# compile into a folder of their own, for in one folder one process at a time compiles, and without g++'s optimiser: it
# takes longer than it saves in a function that is called a few times. Theano's many thousand warnings about what numpy
# will drop are not collected.
theano_tests() {
  local marked=() beside=$CACHE/theano-tests python=$prefix/venvs/theano/bin/python tests
  [ "${WORKSHOP_FULL:-}" != 1 ] || marked=(-m "full or not full")
  ensure_uv "$CACHE/uv"
  "$UV" pip install --quiet --python "$python" --target "$beside" --no-deps --require-hashes \
    --requirement locks/theano-test.txt
  mapfile -t tests < <(grep -rlE 'importorskip\("(theano|onnx|h5py|sklearn)"|^ +import theano' packages benchmarks tests --include='test_*.py' | sort)
  PATH=$prefix/venvs/theano/bin:$PATH PYTHONPATH=$beside THEANORC=$prefix/etc/theanorc OPENBLAS_NUM_THREADS=1 \
    THEANO_FLAGS="base_compiledir=$CACHE/theano-compiled,gcc.cxxflags=-w -g0 -O0" MPLBACKEND=agg run_pytest "${tests[@]}" "${marked[@]}" -p no:warnings
}

# What warming a lesson leaves is all that its run needs; what set-up began in the background is ended by it.
warm_one() {
  local lesson=0-basics/10-theano-basics
  "$workshop" lessons warm "$lesson" && "$workshop" lessons warm "$lesson" --json | grep -q '"changed": false' || return
  "$workshop" doctor | grep 'compile cache' | tee "$CACHE/warm.log"
  grep -qE '[1-9][0-9]* of [0-9]+ lessons warm' "$CACHE/warm.log" || return
  "$workshop" lessons run "$lesson" --json | tee "$CACHE/warm.json" && grep -q '"compiling": 0.0' "$CACHE/warm.json"
}

cold_and_warm() {
  use_test_venv
  run_pytest tests/machines/lessons --prefix "$prefix" "$@"
}

# Each lesson solved, once, within its budget and over its bars, though most find the compile cache cold: what they
# compile is counted apart. One takes one core, so on several, several are checked side by side: each command has a
# share of them, of about the same work, because what its lessons import it imports once.
check_all() {
  local shares
  shares=$("$workshop" lessons list --json | python3 -c 'import json, sys
shares = [[0, []] for _ in range(int(sys.argv[1]))]
work = lambda lesson: lesson["budget"].get("fast", {}).get("work") or 5
for lesson in sorted(json.load(sys.stdin)["lessons"], key=work, reverse=True):
    least = min(shares, key=lambda share: share[0])
    least[0] += work(lesson)
    least[1].append(lesson["name"])
for _, names in shares: print(*names)' "$(nproc)") || return
  local -a bad
  rm -f "$CACHE"/lessons-checked-*
  # shellcheck disable=SC2016
  xargs --max-lines=1 --max-procs="$(nproc)" bash -c \
    'workshop=$1 told=$2/lessons-checked-$$; shift 2; "$workshop" lessons check --json "$@" >"$told"' \
    one "$workshop" "$CACHE" <<<"$shares"
  local status=$?
  # On another kind of processor what is near its limit here may be over it.
  python3 -c 'import json, sys
for file in sys.argv[1:]:
    try:
        for lesson in json.load(open(file))["lessons"]:
            for limit, share in lesson["limits"].items():
                if share >= 0.85: print("near its limit:", lesson["name"], limit, share)
    except (ValueError, KeyError): pass' "$CACHE"/lessons-checked-*
  [ $status = 0 ] && return
  # The job's last line, which the table repeats, names them.
  mapfile -t bad < <(python3 -c 'import json, sys
for file in sys.argv[1:]:
    try:
        told = json.load(open(file))
        bad = [lesson["name"] for lesson in told["lessons"] if not lesson["passed"]]
    except (ValueError, KeyError):
        bad, told = ["a check that broke off"], {"faults": []}
    for each in bad + ["what lies between lessons"] * bool(told["faults"]): print(each)' \
    "$CACHE"/lessons-checked-*)
  [ ${#bad[@]} != 0 ] && failed_steps+=("${bad[@]}")
}

check() {
  step "a warm cache has all that a lesson needs" warm_one
  step "what a cold cache compiles is counted apart" cold_and_warm
  step "every lesson" check_all
  end_steps
}

# A machine for the other jobs, which one of the lessons looks at: its services live as long as the whole run. That the
# next set-up changes nothing, roles.laptop and roles.debian prove.
machine() {
  as_root true 2>/dev/null || skip "set-up may have to install packages: run this as root or with sudo"
  tools/testbed/link-downloads.bash "$WORKSHOP_TEST_CACHE" "$cache"
  echo "-- set-up" && set_up
}

workshop=$prefix/venvs/jupyter/bin/workshop
case ${1:-} in
  machine) machine ;;
  check) check ;;
  cold) WORKSHOP_FULL=1 cold_and_warm -m full ;;
  full) "$workshop" lessons run --profile full --solutions ;;
  theano) theano_tests ;;
  memory) memory ;;
  *) no_job "$@" ;;
esac
