# shellcheck shell=bash
# To be sourced by setup.bash, after root.bash: the system's packages, for which local mode must become root.

# Of distribution.bash: what this machine is, by Ansible's names; and the checkout.
distribution=${distribution:-} family=${family:-} major=${major:-} root=${root:-}
# Of settings.bash and bootstrap.bash.
prefix=${prefix:-} no_lessons=${no_lessons:-} interpreter=${interpreter:-} PYTHON=${PYTHON:-} UV=${UV:-}
# Of root.bash.
password=${password:-}

# The packages without which not even Ansible can be installed.
bootstrap_packages() {
  case $family-$major in
    Debian-*) echo python3 python3-venv ca-certificates ;;
    RedHat-9) echo python3.11 ca-certificates ;;
    RedHat-*) echo python3 ca-certificates ;;
  esac
}

# role_file: where the role base-fedora keeps what it needs on this machine; the first of the same files that Ansible
# tries (workshop_distribution_files in roles/workshop/vars/main.yml).
role_file() {
  local name
  for name in "$distribution-$major" "$distribution" "$family-$major" "$family"; do
    name=$root/roles/base-fedora/vars/$name.yml
    if [ -e "$name" ]; then echo "$name" && return; fi
  done
}

# list_of NAME FILE: a list of the role base-fedora's, before there is a Python to read it.
list_of() { sed -n "s/^$1: \[\(.*\)\]\$/\1/p" "$2" | tr -d ,; }

# What the role base-fedora installs; without the lessons no compiler.
role_packages() {
  local name without=
  if [ -n "$no_lessons" ]; then without=$(list_of __base_fedora_lessons_packages "$root/roles/base-fedora/vars/main.yml"); fi
  for name in $(list_of __base_fedora_packages "$(role_file)"); do
    case " $without " in *" $name "*) ;; *) echo "$name" ;; esac
  done
}

# repository_for NAME…: the repository, off at first, that Enterprise Linux has one of these packages in.
repository_for() {
  case $distribution/" $* " in
    RedHat/*" openblas-devel "*) echo "codeready-builder-for-rhel-$major-$(uname -m)-rpms" ;;
    AlmaLinux/*" openblas-devel "*) echo crb ;;
  esac
}

install_command() {
  case $family in
    Debian) echo apt-get install --yes --no-install-recommends ;;
    RedHat) echo dnf install --assumeyes ;;
  esac
}

# installed_of NAME…: those that this machine has, one a line.
installed_of() {
  local name
  case $family in
    Debian) dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | sed -n 's/ installed$//p' ;;
    RedHat) for name; do if rpm -q --quiet --whatprovides "$name"; then echo "$name"; fi; done ;;
  esac
}

# missing_of NAME…: those that this machine lacks.
missing_of() {
  local name known
  known=$(installed_of "$@") || true
  known=$'\n'$known$'\n'
  for name in $(printf '%s\n' "$@" | awk '!seen[$0]++'); do
    case $known in *$'\n'"$name"$'\n'*) ;; *) printf '%s ' "$name" ;; esac
  done
}

# install_packages NAME…: install those that are missing.
install_packages() {
  local missing install repository enable=
  missing=$(missing_of "$@")
  missing=${missing% }
  [ -n "$missing" ] || return 0
  read -ra install <<<"$(install_command)"
  # shellcheck disable=SC2086
  repository=$(repository_for $missing)
  if [ -n "$repository" ]; then
    enable="${install[*]} dnf-plugins-core && dnf config-manager --set-enabled $repository && "
  fi
  gain_root "install: $missing" || die "missing packages; have an administrator run, as root: $enable${install[*]} $missing"
  echo "Installing $missing"
  if [ "$family" = Debian ]; then alone apt-get update --quiet=2; fi
  # For good: without it no later update of OpenBLAS could be installed.
  if [ -n "$repository" ]; then
    { alone "${install[@]}" dnf-plugins-core && alone dnf config-manager --set-enabled "$repository"; } >/dev/null ||
      die "could not enable the repository $repository; look at what the package manager said above"
  fi
  # shellcheck disable=SC2086
  alone env DEBIAN_FRONTEND=noninteractive "${install[@]}" $missing >/dev/null ||
    die "could not install $missing; look at what the package manager said above"
}

# venv_python: the version of the Python that the play looks for, or installs.
venv_python() { sed -n 's/^python_venv_version: "\(.*\)"$/\1/p' "$root/roles/python-venv/defaults/main.yml"; }

# root_for_python: the play may have to install a Python for Theano, long after the last moment to ask for a password.
root_for_python() {
  local version
  if [ "$(id -u)" = 0 ]; then return 0; fi
  version=$(venv_python)
  if [ -n "$interpreter" ] || [ -x "$prefix/venvs/theano/bin/python" ]; then return 0; fi
  if [ -z "$("$PYTHON" "$root/tools/find-python.py" "$UV" "$version" "$prefix/python")" ]; then
    gain_root "install: Python $version" || true
  fi
}

# alone COMMAND…: run a package manager as root, as soon as no other one is at work.
alone() { as_root bash "$root/roles/base-fedora/files/package-lock.bash" run 900 "$@"; }

# outlive_the_session: a user's own services end at logout unless root, or the machine's policy, lets them linger. The
# play asks without a password; where one was typed it is used.
outlive_the_session() {
  local runtime=${XDG_RUNTIME_DIR:-/run/user/$(id -u)}
  if [ -z "$password" ] || ! XDG_RUNTIME_DIR=$runtime systemctl --user show-environment >/dev/null 2>&1; then return; fi
  as_root loginctl enable-linger "$(id -un)" || true
}
