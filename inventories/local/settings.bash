# shellcheck shell=bash
# To be sourced: what the scripts of local mode must know before Ansible is there.

# read_settings WORD…: set prefix, cache, stick, offline, no_lessons, interpreter, required_disk_mb and launcher_folder from ansible-playbook's words, as the
# play will see them. Needs a Python.
read_settings() {
  local name value said errors
  find_python || die "$(no_python)"
  prefix=$(usual_prefix) cache="" stick="" ca_bundle=""
  required_disk_mb="" interpreter="" offline="" no_lessons="" launcher_folder=$(usual_launcher_folder)
  said=$(mktemp)
  # stderr goes into the variable, the rest into the file.
  if ! errors=$("$PYTHON" "$BOOTSTRAP_ROOT/tools/read-extra-vars.py" \
    workshop_prefix,workshop_cache,workshop_stick,workshop_offline,workshop_lessons,workshop_ca_bundle,base_fedora_required_disk_mb,python_venv_interpreter,workshop_launcher_folder \
    "$@" 2>&1 >"$said"); then
    rm -f "$said"
    die "$errors"
  fi
  # shellcheck disable=SC2034  # required_disk_mb, interpreter, offline, no_lessons and launcher_folder are for setup.bash
  while IFS= read -r -d '' name && IFS= read -r -d '' value; do
    case $name in
      workshop_prefix) prefix=$value ;;
      workshop_cache) cache=$value ;;
      workshop_stick) stick=$value ;;
      # As Ansible reads a truth value.
      workshop_offline) case ${value,,} in true | yes | on | y | t | 1) offline=true ;; *) offline="" ;; esac ;;
      workshop_lessons) case ${value,,} in false | no | off | n | f | 0) no_lessons=true ;; *) no_lessons="" ;; esac ;;
      workshop_ca_bundle) ca_bundle=$value ;;
      base_fedora_required_disk_mb) required_disk_mb=$value ;;
      python_venv_interpreter) interpreter=$value ;;
      workshop_launcher_folder) [ "$value" = auto ] || launcher_folder=$value ;;
    esac
  done <"$said"
  rm -f "$said"
  cache=${cache:-$prefix/cache}
  # shellcheck disable=SC2034  # read by tools/bootstrap.bash
  WORKSHOP_WHEELS=$cache/wheels WORKSHOP_STICK=$stick
  if [ -n "$ca_bundle" ]; then trust_bundle "$ca_bundle"; fi
}

# absolute_files WORD…: sets words, the same with @FILE named from the root: set-up runs Ansible in another folder.
absolute_files() {
  local word
  words=()
  for word in "$@"; do
    case $word in
      @[!/~]*) word=@$PWD/${word#@} ;;
      -e@[!/~]*) word=-e@$PWD/${word#-e@} ;;
      --extra-vars=@[!/~]*) word=--extra-vars=@$PWD/${word#*@} ;;
    esac
    words+=("$word")
  done
}

# usual_launcher_folder: where the command is put, as roles/workshop/defaults has it.
usual_launcher_folder() {
  if [ "$(id -u)" = 0 ]; then echo /usr/local/bin; else echo "$HOME/.local/bin"; fi
}

# usual_prefix: where the inventory puts everything: inside the checkout, or in the home if ansible-pull made that.
usual_prefix() {
  local pointer=$HOME/.config/deep-learning-workshop/prefix
  case $BOOTSTRAP_ROOT in
    "$(realpath -m "${ANSIBLE_HOME:-$HOME/.ansible}")"/pull/*) cat "$pointer" 2>/dev/null || echo "$HOME/.workshop" ;;
    *) echo "$BOOTSTRAP_ROOT/.workshop" ;;
  esac
}
