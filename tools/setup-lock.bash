# shellcheck shell=bash
# To be sourced: one set-up at a time in a folder, whatever a killed one has left.
#
# Set-up holds a flock, and what it starts inherits it: of a set-up that was killed, uv, a package manager or
# one of Ansible's workers may still be at work, and the kernel keeps the lock until the last of them has ended.
# What is meant to outlive set-up must not count. So a holder is part of a set-up only if it carries the mark
# WORKSHOP_SETUP in the environment that it was started with. Set-up exports the mark; whatever starts a service
# or work in the background starts it without (bin/services, warm.py). No list of names decides, and a service
# that got hold of the lock after all is passed by: the lock moves to a new file. sudo drops both file and mark,
# but it has a parent that waits for it and holds the lock: set-up itself, or Ansible's worker.

# mark_set_up SCRIPT WORD…: begin again, in the same process, with the mark. /proc shows only what a process was
# started with, and set-up's own shell must bear the mark, too.
mark_set_up() {
  [ "${WORKSHOP_SETUP:-}" = $$ ] || WORKSHOP_SETUP=$$ exec bash "$@"
}

# wait_for_other_set_ups LOCK [SECONDS]: take the lock, on descriptor 9, as soon as no other set-up is at work.
# Says who is waited for; who is still at work after so many seconds (a quarter of an hour) is named, and it fails.
wait_for_other_set_ups() {
  local lock=$1 patience=${2:-900} began=$SECONDS unseen=0 who said="" at_work strangers
  while ! __take_lock "$lock"; do
    __find_holders "$lock"
    if [ ${#at_work[@]} = 0 ] && [ ${#strangers[@]} != 0 ]; then
      __pass_by "$lock"
      continue
    fi
    # Nobody at all: as a rule it has just ended.
    if [ ${#at_work[@]} = 0 ] && [ $((unseen += 1)) -lt 4 ]; then
      sleep 0.3
      continue
    fi
    who=$(__describe_set_up "${at_work[@]}" | paste -sd " ")
    if [ $((SECONDS - began)) -ge "$patience" ]; then
      die "another set-up has been at work in ${lock%/*} for $((patience / 60)) minutes: $who; end it and run this again"
    fi
    # Once for each set-up, not for each of its steps.
    if [ "${who%% (*}" != "$said" ]; then
      echo "Another set-up is at work in ${lock%/*}: $who; waiting for it to end, at most $((patience / 60)) minutes"
    fi
    said=${who%% (*}
    sleep 0.3
  done
}

# The file is opened each time, since another set-up may have put a new one in its place.
__take_lock() {
  exec 9>>"$1" || die "cannot write to ${1%/*}; choose another folder by -e workshop_prefix=DIR"
  # Another account that can open it, and be it to read, could hold it for ever.
  chmod 600 /proc/self/fd/9 2>/dev/null || true
  flock --nonblock 9 && [ /proc/self/fd/9 -ef "$1" ]
}

# __find_holders LOCK: sets at_work, the processes of set-ups that hold the lock, and strangers, the others.
# A process that only waits has the file open, too; the kernel shows the lock beside the descriptor that holds it.
__find_holders() {
  local lock=$1 descriptor pid
  at_work=() strangers=()
  for descriptor in /proc/[0-9]*/fd/*; do
    if ! { [ "$descriptor" -ef "$lock" ] && __contains "${descriptor/fd/fdinfo}" FLOCK; }; then continue; fi
    pid=${descriptor#/proc/} pid=${pid%%/*}
    if ! __contains "/proc/$pid/environ" WORKSHOP_SETUP=; then
      strangers+=("$pid")
    elif __is_left_over "$pid"; then
      echo "Ending $(__name "$pid"), which a killed set-up left without work"
      kill -KILL "$pid" 2>/dev/null || true
    else
      at_work+=("$pid")
    fi
  done
}

# __contains FILE TEXT: whether a file of /proc does; not where it cannot be read.
__contains() { grep --quiet --text --fixed-strings --no-messages -e "$2" "$1"; }

# __is_left_over PID: whether it is one of Ansible's workers whose ansible-playbook was killed, and nothing that
# it started goes on. It has nobody to hand its result to, and may wait for ever to do so. Workers are forked, so
# they have their parent's command line, and each leads a process group of its own.
__is_left_over() {
  local parent group command
  __read_relatives "$1" && command=$(__command_of "$1") || return
  [ "$group" = "$1" ] && [[ $command == *ansible-playbook* ]] && [ "$command" != "$(__command_of "$parent")" ] &&
    [ -z "$(__first_child_of "$1")" ]
}

# __read_relatives PID: sets parent and group, its process group; fails for a process that has ended.
__read_relatives() {
  local line state
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return
  # The command's name, in brackets, may hold blanks and brackets.
  read -r state parent group _ <<<"${line##*) }"
  [[ $state != [ZX] ]]
}

__first_child_of() {
  local stat pid parent group
  for stat in /proc/[0-9]*/stat; do
    pid=${stat//[^0-9]/}
    if __read_relatives "$pid" && [ "$parent" = "$1" ]; then echo "$pid" && return; fi
  done
}

__command_of() { { tr '\0\n' '  ' <"/proc/$1/cmdline" | sed 's/ *$//'; } 2>/dev/null; }

# __name PID: for a message.
__name() { echo "process $1 ($(__command_of "$1" | cut -c 1-80))"; }

# __describe_set_up PID…: the first process of the set-up to which these belong, and what it is doing.
__describe_set_up() {
  local pid first=${1:-} last child parent group
  [ -n "$first" ] || { echo "a process of another user or on another machine" && return; }
  for pid in "$@"; do
    __read_relatives "$pid" || continue
    case " $* " in *" $parent "*) ;; *) first=$pid ;; esac
  done
  last=$first
  while child=$(__first_child_of "$last") && [ -n "$child" ]; do last=$child; done
  __name "$first"
  if [ "$last" != "$first" ]; then echo "running $(__name "$last")"; fi
}

# __pass_by LOCK: leave the file to the strangers. Looks once more where nobody else does the same: of two set-ups
# one could take away the other's new file.
__pass_by() {
  (
    chmod 600 /proc/self/fd/8 2>/dev/null || true
    flock --timeout 10 8 || exit
    sleep 0.2
    __find_holders "$1"
    if [ ${#at_work[@]} = 0 ] && [ ${#strangers[@]} != 0 ]; then
      echo "The lock of ${1%/*} is held by $(__name "${strangers[0]}"), which is not a set-up; going on"
      rm -f "$1"
    fi
  ) 8>>"$1.guard" 9>&-
}
