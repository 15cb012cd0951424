#!/bin/sh
# Can this computer run the workshop, and from which file? For Linux and macOS: sh preflight.sh
# Changes nothing and needs nothing installed. On a stick it then opens the start page at what is for this computer.
# Exit 0: ready, or ready with a note; 1: not ready.
here=$(cd "$(dirname "$0")" && pwd)
rules=$here/rules.txt
# Tests put their own /proc and /sys here.
ROOT=${PREFLIGHT_ROOT:-}
PORTS="8080 8081 8082 8282"

[ -r "$rules" ] || { echo "preflight: $rules is missing; copy the whole folder" >&2 && exit 1; }

# A fact that cannot be found out stays empty, and no rule speaks about it.
system='' processor='' arm='' memory_mb='' disk_mb='' virtualisation='' inside_vm='' kvm='' ports='' ports_taken=''
virtualbox='' virtualbox_number='' utm='' utm_number='' driver='' ports_known=no

has() { command -v "$1" >/dev/null 2>&1; }

# --- what both systems answer alike

look_at_processor() {
  processor=$(uname -m)
  case $processor in arm* | aarch64*) arm=yes ;; *) arm=no ;; esac
}

look_at_disk() {
  # The disk of the home folder, where VirtualBox keeps its machines.
  disk_mb=$(df -Pk "$HOME" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
}

# used_ports, which each system has its own of: the numbers of the ports that something listens on, a line each.
look_at_ports() {
  [ "$ports_known" = yes ] || return
  used=$(used_ports)
  ports=free
  for port in $PORTS; do
    if printf '%s\n' "$used" | grep -qx "$port"; then
      ports=taken
      ports_taken=${ports_taken:+$ports_taken, }$port
    fi
  done
}

look_at_virtualbox() {
  manage=$(find_vboxmanage)
  if [ -z "$manage" ]; then
    virtualbox=none
    return
  fi
  # Warnings come first, the version last: 7.1.4r165100.
  virtualbox=$("$manage" --version 2>/dev/null | grep '^[0-9]' | tail -n 1)
  virtualbox=${virtualbox%%[r_]*}
  virtualbox_number=$(number_of "$virtualbox")
}

# number_of VERSION: 70216 of 7.2.16; nothing of what is no version.
number_of() { printf '%s\n' "$1" | awk -F. '/^[0-9]/ { print int($1) * 10000 + int($2) * 100 + int($3) }'; }

find_vboxmanage() {
  for manage in VBoxManage /Applications/VirtualBox.app/Contents/MacOS/VBoxManage; do
    if has "$manage"; then
      command -v "$manage"
      return
    fi
  done
}

# --- Linux

look_at_linux() {
  system=linux
  memory_mb=$(awk '/^MemTotal:/ { print int($2 / 1024) }' "$ROOT/proc/meminfo" 2>/dev/null)
  # The kernel hides the flag when the firmware has virtualisation switched off.
  if [ "$arm" = no ] && [ -r "$ROOT/proc/cpuinfo" ]; then
    if grep -qwE 'vmx|svm' "$ROOT/proc/cpuinfo"; then virtualisation=yes; else virtualisation=no; fi
    if grep -qw hypervisor "$ROOT/proc/cpuinfo"; then inside_vm=yes; else inside_vm=no; fi
    # Whether a guest may use it is not the firmware's to say.
    [ "$inside_vm/$virtualisation" = yes/no ] && virtualisation=
  fi
  look_at_linux_driver
  kvm=no
  # Newer kernels take the processor when the module is loaded, others when a machine of KVM starts.
  if grep -q '^kvm_\(intel\|amd\) ' "$ROOT/proc/modules" 2>/dev/null &&
    [ "$(cat "$ROOT/sys/module/kvm/parameters/enable_virt_at_load" 2>/dev/null)" = Y ]; then
    kvm=yes
  fi
}

look_at_linux_driver() {
  [ "$virtualbox" = none ] && return
  if grep -q '^vboxdrv ' "$ROOT/proc/modules" 2>/dev/null; then
    driver=loaded
  elif has mokutil && mokutil --sb-state 2>/dev/null | grep -q 'SecureBoot enabled'; then
    driver=blocked
  else
    driver=missing
  fi
}

# Local address in hexadecimal, state 0A: it listens.
linux_ports() {
  cat "$ROOT/proc/net/tcp" "$ROOT/proc/net/tcp6" 2>/dev/null | awk '
    function number(hex,    i, n) {
      for (i = 1; i <= length(hex); i++) n = n * 16 + index("0123456789ABCDEF", substr(hex, i, 1)) - 1
      return n
    }
    $4 == "0A" { split($2, parts, ":"); print number(parts[2]) }'
}

# --- macOS

look_at_macos() {
  system=macos
  # A shell for Intel programs on Apple silicon says x86_64.
  if [ "$(sysctl -n hw.optional.arm64 2>/dev/null)" = 1 ]; then
    arm=yes
    processor=arm64
  fi
  processor="$processor, macOS $(sw_vers -productVersion 2>/dev/null)"
  bytes=$(sysctl -n hw.memsize 2>/dev/null)
  [ -n "$bytes" ] && memory_mb=$((bytes / 1048576))
  case $(sysctl -n kern.hv_support 2>/dev/null) in
    1) virtualisation=yes ;;
    0) [ "$arm" = no ] && virtualisation=no ;;
  esac
  [ "$(sysctl -n kern.hv_vmm_present 2>/dev/null)" = 1 ] && inside_vm=yes
  look_at_utm
}

look_at_utm() {
  utm=none
  for app in "$ROOT/Applications/UTM.app" "$HOME/Applications/UTM.app"; do
    if [ -d "$app" ]; then
      utm=$(defaults read "$app/Contents/Info" CFBundleShortVersionString 2>/dev/null)
      utm_number=$(number_of "$utm")
      : "${utm:=of a version that is not known}"
      return
    fi
  done
}

# The fourth column is the local address: *.8080 or 127.0.0.1.8080.
macos_ports() { netstat -an -p tcp 2>/dev/null | awk '$NF == "LISTEN" { n = split($4, parts, "."); print parts[n] }'; }

# --- rules

# trim TEXT: sets trimmed, the text without the spaces around it.
trim() {
  trimmed=${1#"${1%%[! ]*}"}
  trimmed=${trimmed%"${trimmed##*[! ]}"}
}

# fact NAME: its value.
fact() {
  case $1 in
    processor) printf '%s' "$processor" ;;
    arm) printf '%s' "$arm" ;;
    memory_mb) printf '%s' "$memory_mb" ;;
    disk_mb) printf '%s' "$disk_mb" ;;
    virtualisation) printf '%s' "$virtualisation" ;;
    inside_vm) printf '%s' "$inside_vm" ;;
    kvm) printf '%s' "$kvm" ;;
    ports) printf '%s' "$ports" ;;
    ports_taken) printf '%s' "$ports_taken" ;;
    virtualbox) printf '%s' "$virtualbox" ;;
    virtualbox_number) printf '%s' "$virtualbox_number" ;;
    utm) printf '%s' "$utm" ;;
    utm_number) printf '%s' "$utm_number" ;;
    driver) printf '%s' "$driver" ;;
  esac
}

# fill TEXT: sets filled, the text with the value of each {fact}.
fill() {
  filled=''
  rest=$1
  while :; do
    case $rest in *'{'*'}'*) ;; *) break ;; esac
    name=${rest#*\{}
    name=${name%%\}*}
    filled=$filled${rest%%\{*}$(fact "$name")
    rest=${rest#*\}}
  done
  filled=$filled$rest
}

# compares FACT IS BOUND
compares() {
  value=$(fact "$1")
  [ -n "$value" ] || return 1
  case $2 in
    eq) [ "$value" = "$3" ] ;;
    lt) [ "$value" -lt "$3" ] 2>/dev/null ;;
    ge) [ "$value" -ge "$3" ] 2>/dev/null ;;
    *) return 1 ;;
  esac
}

# applies FACT IS BOUND [and FACT IS BOUND]…
applies() {
  while compares "$1" "$2" "$3"; do
    [ $# -gt 4 ] || return 0
    shift 4
  done
  return 1
}

# judge: sets stops and notes, one text a line, file and page.
judge() {
  stops='' notes='' file='' page='' decided=' '
  newline='
'
  while IFS='|' read -r id systems when level text; do
    case $id in '#'* | '') continue ;; esac
    trim "$id" && id=$trimmed
    case " $systems " in *" $system "*) ;; *) continue ;; esac
    case $decided in *" $id "*) continue ;; esac
    # Three words a comparison.
    # shellcheck disable=SC2086
    applies $when || continue
    decided="$decided$id "
    trim "$text" && fill "$trimmed"
    trim "$level"
    case $trimmed in
      stop) stops="$stops$filled$newline" ;;
      note) notes="$notes$filled$newline" ;;
      file) file=$filled ;;
      page) page=$filled ;;
    esac
  done <"$rules"
}

# --- the answer

row() { printf '  %-18s %s\n' "$1" "${2:-could not be found out}"; }

show_facts() {
  echo "What this computer is like:"
  row "Processor" "$processor"
  row "Memory" "${memory_mb:+$memory_mb MB}"
  row "Free disk" "${disk_mb:+$disk_mb MB}"
  row "Virtualisation" "$virtualisation"
  row "VirtualBox" "$virtualbox"
  [ "$system" = macos ] && row "UTM" "$utm"
  row "Ports" "$ports${ports_taken:+: $ports_taken}"
  echo
}

numbered() {
  count=0
  printf '%s' "$1" | while IFS= read -r line; do
    count=$((count + 1))
    printf '%s. %s\n' "$count" "$line" | fold -s -w 78 | sed '2,$s/^/   /'
  done
}

show_file() {
  [ -n "$file" ] || return
  echo
  echo "What is for this computer:"
  printf '%s\n' "$file" | fold -s -w 78
}

answer() {
  if [ -n "$stops" ]; then
    echo "NOT READY. Do this, then start this check again:"
    numbered "$stops$notes"
    return 1
  fi
  if [ -n "$notes" ]; then
    echo "READY, BUT:"
    numbered "$notes"
  else
    echo "READY. This computer can run the workshop."
  fi
}

# open_page: through a page that leads there, because "open" drops what follows the # of a file's address.
open_page() {
  start=$(dirname "$here")/0_START_HERE.html
  opener=xdg-open
  has open && [ "$system" = macos ] && opener=open
  [ -n "$page" ] && [ -f "$start" ] && has "$opener" && has mktemp || return 0
  address=file://$(printf '%s' "$start" | sed 's/%/%25/g; s/ /%20/g; s/#/%23/g; s/"/%22/g')#$page
  leads=$(mktemp -d)/start.html || return 0
  printf '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=%s">\n' "$address" >"$leads"
  # xdg-open may stay until the browser is closed.
  if [ "$opener" = open ]; then open "$leads"; else xdg-open "$leads" >/dev/null 2>&1 & fi
}

look_at_processor
look_at_disk
look_at_virtualbox
case $(uname -s) in
  Linux)
    used_ports() { linux_ports; }
    [ -r "$ROOT/proc/net/tcp" ] && ports_known=yes
    look_at_linux
    ;;
  Darwin)
    used_ports() { macos_ports; }
    has netstat && ports_known=yes
    look_at_macos
    ;;
  *)
    echo "preflight: this is $(uname -s); on Windows start preflight.cmd" >&2
    exit 1
    ;;
esac
look_at_ports
judge
show_facts
answer
status=$?
show_file
open_page
exit $status
