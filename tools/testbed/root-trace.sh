#!/bin/sh
# Run a command as root, and write down what its processes do with files, and as whom: a file each in /run/root-trace,
# for tools/testbed/root-trace.py. With --leave the command's end is not waited for by what it leaves in the background.
# usage: root-trace.sh [--leave] COMMAND…
set -eu
leave=
if [ "$1" = --leave ]; then leave=-DDD && shift; fi
mkdir -p /run/root-trace
files=open,openat,openat2,creat,truncate,execve,execveat,rename,renameat,renameat2,link,linkat,symlink,symlinkat
files=$files,mkdir,mkdirat,mknod,mknodat,unlink,unlinkat,rmdir,chmod,fchmodat,fchmodat2,chown,lchown,fchownat
others=chdir,fchdir,setuid,setreuid,setresuid,clone,clone3,fork,vfork
# Seccomp stops a process at these calls alone, and costs nothing elsewhere.
exec strace $leave --follow-forks --output-separately --output-append-mode --seccomp-bpf --decode-fds=path \
  --trace="$files,$others" --signal=none --quiet=all --string-limit=0 --output=/run/root-trace/process "$@"
