#!/usr/bin/env bash
# The playbook on bare machines (containers): Debian 13 (full: 12, too) with systemd, Fedora-like, local mode in its three forms.
set -euo pipefail
# shellcheck source=tools/test-parts/lib.bash
source "$(dirname "${BASH_SOURCE[0]}")/lib.bash"

use_test_venv
use_testbed
local=tests/machines/local

case ${1:-} in
  debian) in_testbed molecule test -s debian ;;
  # As root with systemd, and as a person without it.
  debian12)
    step molecule in_testbed molecule test -s debian12
    WORKSHOP_TEST_SUITE=bookworm step laptop in_testbed run_pytest \
      $local/test_before_setup.py $local/test_setup.py $local/test_faults.py
    end_steps
    ;;
  fedora) in_testbed molecule test -s fedora ;;
  # The machine on which set-up is refused is the one that it then makes, and breaks.
  laptop) in_testbed run_pytest $local/test_before_setup.py $local/test_setup.py $local/test_faults.py \
    $local/test_two_users.py $local/test_uninstall.py ;;
  stick) in_testbed run_pytest $local/test_stick.py ;;
  # The same on Arm, as on a Raspberry Pi; emulated on another processor.
  stick-arm)
    use_emulator
    WORKSHOP_TEST_ARCH=arm64 emulated in_testbed run_pytest $local/test_stick.py
    ;;
  # ansible-pull, and services that the account's own systemd keeps.
  desk) in_testbed run_pytest $local/test_ansible_pull.py ;;
  # The same systemd, a password for sudo.
  person) WORKSHOP_FULL=1 in_testbed run_pytest $local/test_user_systemd.py -m full ;;
  # Two whole workshops on one machine; root without sudo; a real firewall.
  users) WORKSHOP_FULL=1 in_testbed run_pytest $local/test_two_users.py $local/test_root.py $local/test_firewall.py -m full ;;
  kills) WORKSHOP_FULL=1 in_testbed run_pytest $local/test_faults.py -m full ;;
  *) no_job "$@" ;;
esac
