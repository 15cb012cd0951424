# shellcheck shell=bash
# To be sourced: what the scripts of local mode must know before Ansible is there.

# read_settings WORD…: set prefix, cache and stick from "-e variable=value" words, as the play will see them.
read_settings() {
  local words=("$@") i word
  prefix=$(usual_prefix) cache="" stick="" ca_bundle=""
  for ((i = 0; i < ${#words[@]}; i++)); do
    word=${words[i]}
    case $word in
      -e | --extra-vars) word=${words[i + 1]:-} ;;
      -e*) word=${word#-e} ;;
      --extra-vars=*) word=${word#*=} ;;
      *) continue ;;
    esac
    read_assignments "$word"
  done
  cache=${cache:-$prefix/cache}
  # shellcheck disable=SC2034  # read by tools/bootstrap.bash
  WORKSHOP_WHEELS=$cache/wheels WORKSHOP_STICK=$stick
  if [ -n "$ca_bundle" ]; then trust_bundle "$ca_bundle"; fi
}

# usual_prefix: where the inventory puts everything: inside the checkout, or in the home if ansible-pull made that.
usual_prefix() {
  local pointer=$HOME/.config/deep-learning-workshop/prefix
  case $BOOTSTRAP_ROOT in
    "$(realpath -m "${ANSIBLE_HOME:-$HOME/.ansible}")"/pull/*) cat "$pointer" 2>/dev/null || echo "$HOME/.workshop" ;;
    *) echo "$BOOTSTRAP_ROOT/.workshop" ;;
  esac
}

# read_assignments "NAME=VALUE NAME=VALUE": Ansible splits them at spaces too.
read_assignments() {
  local assignment
  for assignment in $1; do
    case $assignment in
      workshop_prefix=*) prefix=${assignment#*=} ;;
      workshop_cache=*) cache=${assignment#*=} ;;
      workshop_stick=*) stick=${assignment#*=} ;;
      workshop_ca_bundle=*) ca_bundle=${assignment#*=} ;;
    esac
  done
}
